#include "controller/workload/sizes/old_pods_left.h"

#include <functional>
#include <string>

#include "controller/workload/conditions.h"
#include "controller/workload/sizes/room_to_grow.h"
#include "controller/workload/sizes/waiting_event.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::old_pods_left_test {
namespace {

// Whether old Pods keep the new ReplicaSet from its own.
OldPods Look(const World& world) {
  const Situation situation = world.Look();
  return LookForOldPods(situation, situation.new_replica_set);
}

TEST_CASE("without old ReplicaSets there are no old Pods (UT-11)") {
  World world = RecreateWorld(2);
  world.AddPod(world.AddNew("web-new", 2, 2));
  CHECK(Look(world) == OldPods::kGone);
  Proves("UT-11");
}

struct OldPodsRow {
  std::string id;
  std::function<void(World&, ReplicaSet& old)> make;
  OldPods want;
};

// Pods in a terminal phase never reach the cache, because its field selector leaves them out. So
// upstream's rows of phases are two here: a Pod that is seen, and one that is not.
TEST_CASE("old Pods are present as in upstream's rows (UT-11)") {
  const OldPodsRow row = GENERATE(values<OldPodsRow>({
      {"UT-11 D-302 no Pods, no counters", [](World&, ReplicaSet&) {}, OldPods::kGone},
      {"UT-11 D-302 Pods in the cache", [](World& w, ReplicaSet& old) { w.AddPod(old); },
       OldPods::kPresent},
      {"UT-11 D-302 a counter without Pods",
       [](World&, ReplicaSet& old) { old.status.replicas = 1; }, OldPods::kPresent},
      {"UT-11 D-302 a second old ReplicaSet's",
       [](World& w, ReplicaSet&) { w.AddPod(w.Add("web-older", 0, 0, 1)); }, OldPods::kPresent},
      {"UT-11 D-303 nobody's",
       [](World& w, ReplicaSet& old) {
         w.AddPod(old);
         w.pods.back().meta.owner_references.clear();
       },
       OldPods::kGone},
      {"UT-11 D-303 a released ReplicaSet's",
       [](World& w, ReplicaSet&) {
         ReplicaSet& released = w.AddOld("web-released", 0, 0);
         released.meta.owner_references.clear();
         released.meta.labels = {};
         w.AddPod(released);
       },
       OldPods::kGone},
  }));
  CAPTURE(row.id);
  World world = RecreateWorld(2);
  ReplicaSet& old = world.AddOld("web-old", 0, 0);
  world.AddPod(world.AddNew("web-new", 2, 2));
  row.make(world, old);
  CHECK(Look(world) == row.want);
  Proves(row.id);
}

TEST_CASE("a Pod in the cache is an old one if an old ReplicaSet owns it (UT-11, D-302, D-303)") {
  World world = RecreateWorld(2);
  const ReplicaSet& old = world.AddOld("web-old", 0, 0);
  const ReplicaSet& new_replica_set = world.AddNew("web-new", 0, 0);
  CHECK(Look(world) == OldPods::kGone);
  world.AddPod(new_replica_set);
  CHECK(Look(world) == OldPods::kGone);
  world.AddPod(old);
  world.pods.back().meta.owner_references[0].uid = UidOf(77);
  CHECK(Look(world) == OldPods::kGone);
  world.pods.back().meta.owner_references.clear();
  CHECK(Look(world) == OldPods::kGone);
  world.AddPod(old);
  world.pods.back().meta.deletion_timestamp = kNow;  // no excuse
  CHECK(Look(world) == OldPods::kPresent);
  Proves("D-302 D-303 D-054");
}

TEST_CASE("counters of an old ReplicaSet count before any Pod is seen (UT-11, S-010)") {
  World world = RecreateWorld(2);
  ReplicaSet& old = world.AddOld("web-old", 0, 0);
  world.pods_known = false;
  CHECK(Look(world) == OldPods::kUnknown);
  old.status.replicas = 1;
  CHECK(Look(world) == OldPods::kPresent);
  old.status.replicas = 0;
  old.status.terminating_replicas = 1;
  CHECK(Look(world) == OldPods::kPresent);
  Proves("D-302");
}

TEST_CASE("an old ReplicaSet that was not told yet to have no Pods may still make some") {
  World world = RecreateWorld(2);
  ReplicaSet& old = world.AddOld("web-old", 0, 0);
  old.meta.generation = old.status.observed_generation + 1;
  CHECK(Look(world) == OldPods::kPresent);
}

TEST_CASE("Pods of every ReplicaSet are old while there is no new one (D-302)") {
  World world = RecreateWorld(2);
  world.AddPod(world.AddOld("web-old", 0, 0));
  CHECK(Look(world) == OldPods::kPresent);
  Proves("D-302");
}

// Whom this serves: who chose Recreate because two versions at once spoil their data.
TEST_CASE("Recreate grows no ReplicaSet with a Pod of another template (P-011)") {
  World world = RecreateWorld(3);
  const ReplicaSet& rs = world.AddNew("web-new", 1, 1);
  Situation situation = world.Look();
  CHECK(GrowthOf(situation, &rs, 3).whole);
  situation.extended.mixed.push_back({&rs, "web-1"});
  const Growth held = GrowthOf(situation, &rs, 3);
  CHECK_FALSE(held.whole);
  CHECK(held.size == 1);
  CHECK(GrowthOf(situation, &rs, 0).whole);
}

TEST_CASE("who waits long for a Pod of another ReplicaSet is told which one (S-010)") {
  const bool paused = GENERATE(false, true);
  Cluster cluster(2);
  cluster.ChangeStrategy("Recreate");
  cluster.Settle();
  cluster.RollOut("v2");
  const std::string v2 = cluster.NameOf("v2");
  const std::string v1 = cluster.NameOf("v1");
  cluster.Undo("1");
  cluster.Sync();
  cluster.RunReplicaSets();
  cluster.SetPods(v2, 1);  // terminating on a lost node
  if (paused) cluster.Edit([](nlohmann::json& d) { d["spec"]["paused"] = true; });
  Step end = cluster.Sync();
  CHECK(std::get<Wait>(end).events.empty());
  CHECK(std::get<Wait>(end).look_again_in == kHeldToldAfter);
  cluster.now += kHeldToldAfter.count();
  end = cluster.Sync();
  REQUIRE(std::get<Wait>(end).events.size() == 1);
  CHECK(std::get<Wait>(end).events[0].reason == "WaitingForRoom");
  const std::string pod = v2 + "-pod0";
  CHECK(std::get<Wait>(end).events[0].message == "Replica set " + v1 + " stays at 0: Pod " + pod +
                                                     " of replica set " + v2 + " is still there");
  cluster.SetPods(v2, 0);
  cluster.Sync();
  CHECK(cluster.SizeOf("v1") == 2);
}

TEST_CASE("a wait that a new size begins is told of when it is long (D-275)") {
  World world = RecreateWorld(3);
  world.deployment.status.conditions = {
      NewCondition("Progressing", "True", "ReplicaSetUpdated", "m", kNow + seconds(-600))};
  ReplicaSet& rs = world.AddNew("web", 1, 1);
  const bool mixed = GENERATE(true, false);
  if (!mixed) world.AddPod(world.AddOld("web-old", 0, 0));
  const auto wait = [&] {
    Situation situation = world.Look();
    if (mixed) situation.extended.mixed.push_back({&rs, "web-1"});
    return std::get<Wait>(AwaitOldPods(situation, &rs)->then);
  };
  world.specs_since = kNow + seconds(-29);
  CHECK(wait().events.empty());
  CHECK(wait().look_again_in == seconds(1));
  world.specs_since = kNow + seconds(-30);
  CHECK(wait().events.size() == 1);
  Proves("D-275");
}

// No rollout will change the Pod, so the Event names the way out.
TEST_CASE("at rest, a wait for a Pod of another template is told of, too (P-011, D-275)") {
  World world = RecreateWorld(3);
  world.deployment.status.conditions = {
      NewCondition("Progressing", "True", "NewReplicaSetAvailable", "m", kNow + seconds(-600))};
  ReplicaSet& rs = world.AddNew("web", 1, 1);
  Situation situation = world.Look();
  situation.extended.mixed.push_back({&rs, "web-1"});
  const Wait wait = std::get<Wait>(AwaitOldPods(situation, &rs)->then);
  REQUIRE(wait.events.size() == 1);
  CHECK(wait.events[0].message.ends_with(". If that does not change, delete Pod web-1"));
  Proves("D-275");
}

TEST_CASE("a Pod that takes its grace period is not told of (S-010)") {
  World world = RecreateWorld(2);
  world.deployment.status.conditions = {
      NewCondition("Progressing", "True", "ReplicaSetUpdated", "m", WallTime{})};
  world.AddPod(world.AddOld("web-old", 0, 0));
  world.AddNew("web-new", 0, 0);
  world.pods.back().meta.deletion_timestamp = kNow + seconds(20);  // its end
  const auto wait = [&] {
    const Situation situation = world.Look();
    return std::get<Wait>(AwaitOldPods(situation, situation.new_replica_set)->then);
  };
  CHECK(wait().events.empty());
  CHECK(wait().look_again_in == seconds(320));
  world.pods.back().meta.deletion_timestamp = kNow + seconds(-300);
  CHECK(wait().events.size() == 1);
  world.deployment.status.conditions[0].reason = "NewReplicaSetAvailable";  // and is scaled now
  CHECK(wait().events.size() == 1);
}

}  // namespace
}  // namespace windlass::workload::old_pods_left_test
