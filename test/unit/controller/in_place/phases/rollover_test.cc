// Pods of a template that another one has overtaken, on their way to it or back (P-065, P-064).
#include <algorithm>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::rollover_test {
namespace {

using Json = nlohmann::json;

// At rest, then one Pod has a template that adds a label and a toleration; a toleration cannot be
// removed from a running Pod.
class Overtaken : public InPlaceCluster {
 public:
  Overtaken() : InPlaceCluster(3, 1) {
    SettleInPlace();
    pods = PodNames();
    Edit([](Json& d) {
      d["spec"]["template"]["metadata"]["labels"]["track"] = "canary";
      d["spec"]["template"]["spec"]["tolerations"] = {{{"key", "k"}, {"operator", "Exists"}}};
      d["spec"]["template"]["spec"]["containers"][0]["image"] = "v2";
    });
    Sync();
    RestartAll();
    ++now;
    for (const std::string& pod : pods) {
      if (LabelOf(pod, "track") == "canary") dirty = pod;
    }
    REQUIRE_FALSE(dirty.empty());
  }
  void CheckAllAre(const std::string& image, const std::string& track) {
    SettleInPlace();
    CHECK(PodNames() == pods);
    for (const std::string& pod : pods) {
      CHECK(ImageOfPod(pod) == image);
      CHECK(LabelOf(pod, "track") == track);
    }
    CHECK(InPlaceCondition() == "False Complete");
  }
  std::vector<std::string> pods;
  std::string dirty;
};

TEST_CASE("undone midway, a Pod loses its new labels, though not its new toleration (P-065)") {
  Overtaken c;
  c.Undo("1");
  c.CheckAllAre("v1", "");
}

TEST_CASE("overtaken midway by a template without its toleration, a Pod gets the rest (P-065)") {
  Overtaken c;
  c.Edit([](Json& d) {
    d["spec"]["template"]["metadata"]["labels"]["track"] = "stable";
    d["spec"]["template"]["spec"].erase("tolerations");
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v3";
  });
  c.CheckAllAre("v3", "stable");
}

TEST_CASE("overtaken by what needs no restart, a Pod is done when its image is there (P-034)") {
  InPlaceCluster c(3, 1);
  c.SettleInPlace();
  const auto pods = c.PodNames();
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  c.Edit([](Json& d) { SetTemplateLabel(d, "track", "stable"); });
  c.Sync();
  CHECK(c.in_flight() == 1);
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  for (const std::string& pod : pods) {
    CHECK(c.ImageOfPod(pod) == "v2");
    CHECK(c.LabelOf(pod, "track") == "stable");
    CHECK(c.RestartsOf(pod) == 1);
  }
  CHECK(c.InPlaceCondition() == "False Complete");
}

// One of three Pods is updated, and works; no Pod may be missing. Budget 0 forbids to patch it back
// until a fourth Pod is there.
TEST_CASE("if no Pod may be missing, a Pod that works goes back once another has come (P-069)") {
  Started c(3, 0);
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.RollOutInPlace("v2");
  REQUIRE(c.PodNames().size() == 3);
  REQUIRE(c.SizeOf("v2") == 0);
  c.Undo("1");
  size_t most = 0;
  for (int i = 0; i < 10; ++i) {
    c.SyncAndRun();
    const size_t pods = c.PodNames().size();
    CHECK(pods - static_cast<size_t>(c.in_flight()) >= 3);
    most = std::max(most, pods);
    c.Sync();
    c.RestartAll();
    ++c.now;
  }
  CHECK(most == 4);
  c.CheckAllRun("v1", 3);
  CHECK(c.InPlaceCondition() == "False Complete");
  Proves("P-069");
}

// The fourth Pod makes room for one that is on its way back, and must not go before that is done.
TEST_CASE("the Pod that was added stays while Pods cannot be seen, or nothing may move (P-069)") {
  Started c(3, 0);
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.RollOutInPlace("v2");
  c.Undo("1");
  for (int i = 0; i < 10 && c.in_flight() == 0; ++i) {
    c.SyncAndRun();
  }
  REQUIRE(c.in_flight() == 1);
  REQUIRE(c.SizeOf("v1") == 4);
  const auto look = c.look;
  SECTION("after a start") {
    c.look = [look](View& view) {
      look(view);
      view.in_place_known = false;
      view.whole_pods.clear();
    };
  }
  SECTION("while it is paused") {
    c.Edit([](Json& d) { d["spec"]["paused"] = true; });
  }
  c.Sync();
  c.Sync();
  CHECK(c.SizeOf("v1") == 4);
  c.look = look;
  c.Edit([](Json& d) { d["spec"]["paused"] = false; });
  c.SettlesAt("v1", 3);
  Proves("P-069");
}

}  // namespace
}  // namespace windlass::in_place::rollover_test
