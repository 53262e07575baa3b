// Updates in place that are asked for, changed and given up on the way, and settings that are
// wrong.
#include "test/catch.h"
#include "test/unit/controller/deployment/in_place_cluster.h"

namespace windlass::deployment {
namespace {

using Json = nlohmann::json;

TEST_CASE("asked for in the middle of an ordinary rollout, that one ends as it began (P-010)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "Disabled");
  c.SettleInPlace();
  c.SetImage("v2");
  c.Sync();
  c.RunPods();
  c.Annotate("windlass.dev/in-place", "Only");
  c.SettleInPlace();
  c.CheckAllRun("v2", 4);
}

TEST_CASE("a correction in the middle of replacing Pods goes the same way, with Only, too (C.9)") {
  Started c(4, 2);
  c.Annotate("windlass.dev/in-place-on-failure", "Recreate");
  c.SetImage("v2");
  c.Sync();
  c.FailToPullImage("v2");
  c.now += 61;
  c.Sync();
  c.RunReplicaSets({{"v2", 0}});
  c.Sync();
  REQUIRE(c.SizeOf("v2") > 0);
  REQUIRE(c.SizeOf("v1") > 0);
  c.SetImage("v3");
  c.SettleInPlace();
  c.CheckAllRun("v3", 4);
}

TEST_CASE("released midway, the update is finished and nothing of ours is left (P-076)") {
  Started c(3);
  const auto pods = c.PodNames();
  c.Patch(1);
  c.Annotate("windlass.dev/in-place", "Release");
  c.SettleInPlace();
  c.CheckAllRun("v2", 3);
  CHECK(c.PodNames() == pods);
  CHECK(c.InPlaceCondition() == "False HandedBack");
  c.SetImage("v3");  // and the next rollout is an ordinary one
  c.SettleInPlace();
  c.CheckAllRun("v3", 3);
  CHECK(c.PodNames() != pods);
}

TEST_CASE("released, a partition is over (P-076)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.SetImage("v2");
  c.SettleInPlace();
  REQUIRE(c.InPlaceCondition() == "True Partitioned");
  c.Annotate("windlass.dev/in-place", "Release");
  c.SettleInPlace();
  c.CheckAllRun("v2", 4);
  CHECK(c.InPlaceCondition() == "False HandedBack");
}

TEST_CASE("a wrong value is told, and Pods are replaced (D.2)") {
  Started c(2);
  c.Annotate("windlass.dev/in-place-partition", "lots");
  c.SetImage("v2");
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False InvalidConfig");
  c.CheckAllRun("v2", 2);
}

TEST_CASE("what a user takes away does not come back by an undo (P-074)") {
  Started c(2);
  c.SetImage("v2");
  c.SettleInPlace();
  c.Edit([](Json& d) {
    d["metadata"]["annotations"].erase("windlass.dev/in-place");
    d["metadata"]["annotations"].erase("windlass.dev/in-place-max-unavailable");
  });
  c.SettleInPlace();
  for (const auto& [name, rs] : c.replica_sets()) {
    CHECK_FALSE(rs["metadata"]["annotations"].contains("windlass.dev/in-place"));
  }
}

TEST_CASE("refused, drained Pods take traffic again and stand-ins go") {
  Started c(3);
  c.Edit(&TakeTraffic);
  c.SettleInPlace();
  c.Annotate("windlass.dev/in-place-drain", "Label:traffic=on/off");
  c.SetImage("v2");
  c.Sync();
  int out = 0;
  for (const std::string& pod : c.PodNames()) out += c.LabelOf(pod, "traffic") == "off" ? 1 : 0;
  REQUIRE(out == 1);
  c.Edit([](Json& d) { d["spec"]["template"]["spec"]["hostNetwork"] = true; });
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  for (const std::string& pod : c.PodNames()) CHECK(c.LabelOf(pod, "traffic") == "on");
  CHECK(c.revision() == "3");
}

}  // namespace
}  // namespace windlass::deployment
