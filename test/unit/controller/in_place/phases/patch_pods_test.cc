// In-place updates of Pods that a user has edited, and with more or fewer Pods than before.
#include <algorithm>
#include <set>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::patch_pods_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("Pods that are patched in one sync are of different zones (P-032)") {
  Started c(6, 3);
  c.Annotate("windlass.dev/in-place-canary-first", "false");
  for (size_t i = 0; i < 6; ++i) c.nodes[i].zone = "zone-" + std::to_string(i / 2);
  c.SetImage("v2");
  c.Sync();
  const auto pods = c.PodNames();
  std::multiset<std::string> zones;
  for (size_t i = 0; i < 6; ++i) {
    if (c.ImageOfPod(pods[i]) == "v2") zones.emplace(c.nodes[i].zone.text());
  }
  CHECK(zones == std::multiset<std::string>{"zone-0", "zone-1", "zone-2"});
}

// Whom this serves: who runs as few Pods as the traffic needs. A Pod that is down may be patched
// beside the others; once it serves, it may not.
TEST_CASE("P-035 a Pod that is up again when the patch arrives is not taken down") {
  Started c(3, 0);
  const std::string pod = c.PodNames()[1];
  const Json up = c.PodNamed(pod)["status"];
  c.Crash(pod);
  c.BeforeNextPatch([&](Json& seen) { seen["status"] = up; });
  c.SetImage("v2");
  c.Sync();
  CHECK(c.PodsOf("v1") == 3);
  CHECK(c.in_flight() == 0);
  Proves("P-035");
}

TEST_CASE("P-035 a Pod that is still down is patched, and so is one that serves") {
  Started c(3, 1);
  const bool down = GENERATE(true, false);
  const std::string pod = c.PodNames()[1];
  if (down) c.Crash(pod);
  bool reported = false;
  if (!down) c.BeforeNextPatch([&](Json&) { reported = true; });
  c.SetImage("v2");
  c.Sync();
  CHECK(reported != down);
  CHECK(c.PodsOf("v2") == 1);
  CHECK((c.ImageOfPod(pod) == "v2") == down);
}

TEST_CASE("scaled midway, the host has the size and new Pods get the target") {
  Started c(3);
  c.SetImage("v2");
  c.Sync();
  c.ScaleInPlace(5);
  CHECK(c.PodNames().size() == 5);
  for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v2");
  CHECK(c.SizeOf("v2") == 5);
  CHECK(c.SizeOf("v1") == 0);
}

// The ReplicaSet controller chooses which Pods go. All that stay may be updated ones, so Pods that
// are about to go keep nothing back.
TEST_CASE("scaled down midway, no more Pods are patched than the smaller size allows (RO-047)") {
  Started c(6);
  c.Annotate("windlass.dev/in-place-partition", "1");
  c.SetImage("v2");
  c.Scale(2);
  const auto updated = [&] {
    const auto pods = c.PodNames();
    return std::ranges::count_if(pods, [&](const auto& pod) { return c.ImageOfPod(pod) == "v2"; });
  };
  for (int i = 0; i < 10; ++i) {  // the ReplicaSet controller lags
    c.Sync();
    c.RestartAll();
    ++c.now;
  }
  CHECK(c.PodNames().size() == 6);
  CHECK(updated() == 1);
  c.Annotate("windlass.dev/in-place-partition", "0");
  c.SettlesAt("v2", 2);
  Proves("RO-047");
}

TEST_CASE("scaled to nothing and back midway, the update arrives") {
  Started c(3);
  c.Patch(1);
  c.ScaleInPlace(0);
  CHECK(c.PodNames().empty());
  c.Scale(3);
  c.SettlesAt("v2", 3);
}

TEST_CASE("scaled to nothing while Pods are replaced, the rollout is over (P-063, P-076)") {
  const int writes = GENERATE(range(1, 8));
  Started c(4, 2);
  c.FailForLong("v2", "Recreate");
  c.Sync(writes);
  c.Scale(0);
  c.Annotate("windlass.dev/in-place", "Release");
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False HandedBack");
}

TEST_CASE("scaled down while Pods go back, no more are out than may be (P-064)") {
  Started c(10);
  c.Annotate("windlass.dev/in-place-max-unavailable", "10");
  c.Annotate("windlass.dev/in-place-partition", "1");
  c.RollOutInPlace("v2");
  c.Annotate("windlass.dev/in-place-max-unavailable", "1");
  c.SettleInPlace();
  c.Undo("1");
  c.Scale(5);
  c.Sync();
  CHECK(c.in_flight() <= 1);
}

TEST_CASE("an image that somebody gave a Pod stays, as long as nothing is rolled out (P-027)") {
  Started c(2);
  c.RollOutInPlace("v2");
  c.ForgetPatch(c.PodNames()[0], "v1");
  c.SettleInPlace();
  CHECK(c.ImageOfPod(c.PodNames()[0]) == "v1");
}

TEST_CASE("a Pod of a Deployment at rest that somebody takes out of traffic is put back") {
  Started c(2);
  c.DrainByLabel();
  c.SettleInPlace();
  const std::string pod = c.PodNames()[0];
  c.SetLabel(pod, "traffic", "off");
  c.SettleInPlace();
  CHECK(c.LabelOf(pod, "traffic") == "on");
}

TEST_CASE("an undo of what cannot be taken back gives Pods what it can: a toleration stays") {
  Started c(3);
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["tolerations"] = {{{"key", "a"}, {"operator", "Exists"}}};
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v2";
  });
  c.Rounds(2);
  REQUIRE(c.HasReplicaSet("v2"));
  c.Undo("1");
  c.SettlesAt("v1", 3);
}

TEST_CASE("a Pod that is lost at a partition is no failed rollout") {
  Started c(4);
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.RollOutInPlace("v2");
  REQUIRE(c.InPlaceCondition() == "True Partitioned");
  c.now += 86400;
  c.FailToPull(c.PodNames()[3]);
  c.Sync();
  CHECK(c.Condition("Progressing") == "True ReplicaSetUpdated");
}

TEST_CASE("one Pod's stand-in that stays after a fall-back is a Pod like any other") {
  Started c(1, 0);
  c.Annotate("windlass.dev/in-place-on-failure", "Recreate");
  c.SetImage("v2");
  for (int i = 0; i < 3; ++i) {
    c.SyncAndRun();
    ++c.now;
  }
  const std::string host = c.NameOf("v1");
  for (const std::string& pod : c.PodNames()) {
    if (pod.starts_with(host)) c.FailToPull(pod);
  }
  c.now += 61;
  c.SettlesAt("v2", 1);
  const auto pods = c.PodNames();
  c.RollOutInPlace("v3");
  c.CheckAllRun("v3", 1);
  CHECK(c.PodNames() == pods);  // in place again
}

TEST_CASE("at rest nothing is written") {
  Started c(3);
  c.Patch(1);
  c.SettleInPlace();
  c.writes.clear();
  c.SyncAfter(3600);
  CHECK(c.writes.empty());
}

}  // namespace
}  // namespace windlass::in_place::patch_pods_test
