// Pods of a template that another one has overtaken, on their way to it or back (P-065, P-064).
#include "test/catch.h"
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

}  // namespace
}  // namespace windlass::in_place::rollover_test
