// Updates in place that --in-place-namespace-selector does not allow, from the start or from the
// middle of a rollout on: no Pod is patched any more (P-013, P-078).
#include <algorithm>

#include "test/catch.h"
#include "test/unit/controller/deployment/in_place_cluster.h"

namespace windlass::deployment {
namespace {

using Json = nlohmann::json;

const std::string kWhy =
    "NamespaceNotSelected: --in-place-namespace-selector does not select namespace ns";

// At rest with all Pods of image v1. Counts patches that restart something.
class Started : public InPlaceCluster {
 public:
  explicit Started(int32_t replicas, const std::string& policy, int32_t max_unavailable = 1)
      : InPlaceCluster(replicas, max_unavailable) {
    Annotate("windlass.dev/in-place", policy);
    SettleInPlace();
    const auto as_ever = server;
    server = [this, as_ever](const Request& request) {
      if (request.resource() == Resource::kPods && request.mutates() &&
          request.body().find("/image\"") != std::string::npos) {
        ++images_patched;
      }
      return as_ever(request);
    };
    writes.clear();
    events.clear();
  }
  void Select(bool selected) {
    in_place_selected = selected;
    images_patched = 0;
  }
  // `pods` of them are patched and restarted.
  void Patch(int pods) {
    SetImage("v2");
    for (int i = 0; i < pods; ++i) {
      Sync();
      RestartAll();
      RunPods();
      ++now;
    }
  }
  int Running(const std::string& image) const {
    const std::vector<std::string> pods = PodNames();
    return static_cast<int>(std::ranges::count_if(
        pods, [&](const std::string& pod) { return ImageOfPod(pod) == image; }));
  }
  bool WasTold(const std::string& what) const {
    return std::ranges::any_of(events,
                               [&](const std::string& event) { return event.ends_with(what); });
  }
  void CheckAllRun(const std::string& image, int pods) {
    CHECK(Condition("Progressing") == "True NewReplicaSetAvailable");
    CHECK(static_cast<int>(PodNames().size()) == pods);
    CHECK(Running(image) == pods);
    for (const auto& [name, rs] : replica_sets()) {
      const Json annotations = rs["metadata"]["annotations"];
      for (const auto& [key, value] : annotations.items()) {
        CHECK_FALSE(key.starts_with("internal.windlass.dev/"));
      }
    }
  }

  int images_patched = 0;
};

TEST_CASE("at rest it is told in the condition alone, and taken back") {
  Started c(2, GENERATE("IfPossible", "Only"));
  c.Select(false);
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotSelected");
  CHECK(c.InPlaceMessage() == kWhy);
  CHECK(c.events.empty());
  c.writes.clear();
  c.Sync();
  CHECK(c.writes.empty());
  SECTION("selected again") {
    c.Select(true);
    c.Sync();
    CHECK(c.InPlaceCondition() == "False Complete");
  }
  SECTION("not known yet, as after a start: what was told stays") {
    c.Select(true);
    c.in_place_known = false;
    c.Sync();
    CHECK(c.writes.empty());
  }
}

TEST_CASE("with IfPossible the rollout is an ordinary one") {
  Started c(3, "IfPossible");
  c.in_place_known = GENERATE(true, false);  // nothing else has to be known
  const auto pods = c.PodNames();
  c.Select(false);
  c.SetImage("v2");
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage() == kWhy);
  CHECK(c.WasTold(kWhy));
  c.SettleInPlace();
  c.CheckAllRun("v2", 3);
  CHECK(c.images_patched == 0);
  for (const std::string& pod : pods) {
    CHECK(std::ranges::count(c.PodNames(), pod) == 0);
  }
  CHECK(c.InPlaceCondition() == "False NotSelected");
}

TEST_CASE("with Only nothing is rolled out before the namespace is selected (P-014)") {
  Started c(3, "Only");
  const auto pods = c.PodNames();
  c.Select(false);
  c.SetImage("v2");
  c.SettleInPlace();
  CHECK(c.Running("v1") == 3);
  CHECK_FALSE(c.HasReplicaSet("v2"));
  CHECK(c.Condition("Progressing") == "False InPlaceNotPossible");
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage() == kWhy +
                                  ": with Only, nothing is rolled out; kubectl rollout undo "
                                  "--to-revision=1 takes it back");
  c.Scale(4);
  c.SettleInPlace();
  CHECK(c.Running("v1") == 4);
  c.Scale(3);
  c.SettleInPlace();
  c.Select(true);
  c.SettleInPlace();
  c.CheckAllRun("v2", 3);
  CHECK(c.PodNames() == pods);
}

TEST_CASE("in the middle, with IfPossible, the rest is replaced (P-013)") {
  Started c(4, "IfPossible");
  c.Patch(2);
  c.Sync();  // one is in flight
  REQUIRE(c.in_flight() == 1);
  c.Select(false);
  const int patched = c.Running("v2");
  c.Sync();
  CHECK(c.SizeOf("v2") == 0);  // who is in flight is waited for
  CHECK(c.InPlaceCondition() == "True Patching");
  CHECK(c.Running("v2") == patched);
  const bool again = GENERATE(false, true);
  CAPTURE(again);
  for (int i = 0; i < 20; ++i) {
    c.RestartAll();
    c.RunPods();
    ++c.now;
    c.Sync();
  }
  CHECK(c.WasTold("replaces Pods from now on: " + kWhy));
  if (again) c.Select(true);  // the decision stands
  c.SettleInPlace();
  CHECK(c.images_patched == 0);
  c.CheckAllRun("v2", 4);
}

TEST_CASE("in the middle, with Only, all is kept as it is until it is selected again") {
  Started c(4, "Only");
  const auto pods = c.PodNames();
  c.Patch(2);
  c.Select(false);
  const int patched = c.Running("v2");
  REQUIRE(patched < 4);
  c.SettleInPlace();
  CHECK(c.images_patched == 0);
  CHECK(c.Running("v2") == patched);
  CHECK(c.PodNames() == pods);
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.Condition("Progressing") == "False InPlaceNotPossible");
  CHECK(c.deployment()["status"]["updatedReplicas"] == patched);
  CHECK(c.deployment()["status"]["availableReplicas"] == 4);
  SECTION("selected") {
    c.Select(true);
    c.SettleInPlace();
    c.CheckAllRun("v2", 4);
    for (const std::string& pod : pods) CHECK(c.RestartsOf(pod) == 1);
  }
  SECTION("left to new Pods") {
    c.Annotate("windlass.dev/in-place", "IfPossible");
    c.SettleInPlace();
    c.CheckAllRun("v2", 4);
    CHECK(c.images_patched == 0);
  }
}

TEST_CASE("what needs no patch any more goes on to its end") {
  Started c(2, GENERATE("IfPossible", "Only"));
  const auto pods = c.PodNames();
  c.Patch(1);
  c.Sync();
  REQUIRE(c.Running("v2") == 2);
  c.Select(false);
  c.SettleInPlace();
  c.CheckAllRun("v2", 2);
  CHECK(c.PodNames() == pods);
}

TEST_CASE("unselected at any write of a rollout, nothing is patched, and it can be ended") {
  const std::string policy = GENERATE("IfPossible", "Only", "Release");
  for (int writes = 1; writes < 30; ++writes) {
    CAPTURE(policy, writes);
    Started c(2, policy == "Release" ? "Only" : policy);
    c.SetImage("v2");
    int left = writes;
    for (int round = 0; round < 12 && left > 0; ++round) {
      const size_t before = c.writes.size();
      c.Sync(left);
      left -= static_cast<int>(c.writes.size() - before);
      c.RestartAll();
      c.RunPods();
      ++c.now;
    }
    c.Annotate("windlass.dev/in-place", policy);
    c.Select(false);
    c.SettleInPlace();
    CHECK(c.images_patched == 0);
    if (policy == "Only") {
      c.Select(true);
      c.SettleInPlace();
    }
    c.CheckAllRun("v2", 2);
  }
}

TEST_CASE("a partition that is reached stays; a lower one is an ordinary rollout's business") {
  Started c(4, "IfPossible");
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.SetImage("v2");
  c.SettleInPlace();
  REQUIRE(c.InPlaceCondition() == "True Partitioned");
  c.Select(false);
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "True Partitioned");
  CHECK(c.Running("v2") == 2);
  c.Annotate("windlass.dev/in-place-partition", "1");
  c.SettleInPlace();
  CHECK(c.images_patched == 0);
  c.CheckAllRun("v2", 4);
}

TEST_CASE("on the way back Pods stay as they are, which is told, until somebody deletes them") {
  Started c(3, GENERATE("IfPossible", "Only"));
  c.Patch(2);
  c.Undo("1");
  c.Select(false);
  const int patched = c.Running("v2");
  REQUIRE(patched > 0);
  for (int i = 0; i < 100; ++i) {
    c.Sync();
    c.RestartAll();
    c.RunPods();
    ++c.now;
  }
  CHECK(c.images_patched == 0);
  CHECK(c.Running("v2") == patched);
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.InPlaceMessage().find(kWhy + ": Pods that are to be patched (") != std::string::npos);
  CHECK(c.Condition("Progressing") != "True NewReplicaSetAvailable");
  SECTION("selected") {
    c.Select(true);
    c.SettleInPlace();
    c.CheckAllRun("v1", 3);
  }
  SECTION("deleted") {
    for (const std::string& pod : c.PodNames()) {
      if (c.ImageOfPod(pod) == "v2") c.DeletePod(pod);
    }
    c.SettleInPlace();
    c.CheckAllRun("v1", 3);
    CHECK(c.InPlaceCondition() == "False NotSelected");
  }
}

TEST_CASE("a revision that is given up is given no Pod back (P-062)") {
  Started c(2, "IfPossible");
  c.Annotate("windlass.dev/in-place-on-failure", "Revert");
  c.SetImage("v2");
  c.Sync();
  for (const std::string& pod : c.PodNames()) {
    if (c.ImageOfPod(pod) == "v2") c.FailToPull(pod);
  }
  c.now += 61;
  c.Sync(1);  // it is noted, no more
  REQUIRE(c.ReplicaSet("v2")["metadata"]["annotations"].contains("internal.windlass.dev/blocked"));
  c.Select(false);
  c.Sync();
  CHECK(c.images_patched == 0);
  CHECK(c.SizeOf("v2") == 0);
  CHECK(c.InPlaceCondition() == "True Failing");
  c.Select(true);
  c.Sync();
  CHECK(c.images_patched == 1);
  CHECK(c.Running("v1") == 2);
}

TEST_CASE("stand-ins go when nothing is to be rolled out, and Pods take traffic again") {
  Started c(2, "Only", 0);
  c.Edit([](Json& d) { d["spec"]["template"]["metadata"]["labels"]["traffic"] = "on"; });
  c.SettleInPlace();
  c.Annotate("windlass.dev/in-place-drain", "Label:traffic=on/off");
  c.SetImage("v2");
  for (int i = 0; i < 3; ++i) {
    c.Sync();
    c.RunPods();
    ++c.now;
  }
  int out = 0;
  for (const std::string& pod : c.PodNames()) out += c.LabelOf(pod, "traffic") == "off" ? 1 : 0;
  REQUIRE(out == 1);
  REQUIRE(c.SizeOf("v2") == 1);
  c.Select(false);
  c.SettleInPlace();
  CHECK(c.images_patched == 0);
  CHECK(c.SizeOf("v2") == 0);
  CHECK(c.Running("v1") == 2);
  for (const std::string& pod : c.PodNames()) CHECK(c.LabelOf(pod, "traffic") == "on");
}

TEST_CASE("what stands in stays where it cannot be seen whether it is needed (P-014, P-024)") {
  Started c(2, "Only", 0);
  c.SetImage("v2");
  for (int i = 0; i < 3; ++i) {
    c.Sync();
    c.RunPods();
    ++c.now;
  }
  REQUIRE(c.SizeOf("v2") == 1);
  REQUIRE(c.in_flight() == 1);
  c.Select(false);
  c.SetImage("v3");
  c.in_place_known = false;  // as after a start
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.SizeOf("v2") == 1);
  c.in_place_known = true;
  c.Sync();
  CHECK(c.SizeOf("v2") == 1);  // one is in flight
  c.SettleInPlace();
  CHECK(c.SizeOf("v2") == 0);
}

TEST_CASE("a paused one waits, and is replaced when it is resumed") {
  Started c(3, "IfPossible");
  c.Patch(1);
  c.Edit([](Json& d) { d["spec"]["paused"] = true; });
  c.Select(false);
  const int patched = c.Running("v2");
  c.SettleInPlace();
  CHECK(c.Running("v2") == patched);
  CHECK(c.SizeOf("v2") == 0);
  c.Edit([](Json& d) { d["spec"]["paused"] = false; });
  c.SettleInPlace();
  CHECK(c.images_patched == 0);
  c.CheckAllRun("v2", 3);
}

TEST_CASE("an annotation that is wrong, absent or Disabled says what it always says") {
  Started c(2, GENERATE("IfPossible", "Only"));
  c.Select(false);
  SECTION("wrong") {
    c.Annotate("windlass.dev/in-place-partition", "lots");
    c.SettleInPlace();
    CHECK(c.InPlaceCondition() == "False InvalidConfig");
  }
  SECTION("Release") {
    c.Annotate("windlass.dev/in-place", "Release");
    c.SettleInPlace();
    CHECK(c.InPlaceCondition() == "False HandedBack");
  }
}

}  // namespace
}  // namespace windlass::deployment
