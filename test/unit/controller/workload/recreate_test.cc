#include "controller/workload/recreate.h"

#include <functional>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::recreate_test {
namespace {

World RecreateWorld(int32_t replicas) {
  World world(replicas);
  world.deployment.spec.strategy_type = "Recreate";
  return world;
}

TEST_CASE("without old ReplicaSets there are no old Pods (UT-11)") {
  World world = RecreateWorld(2);
  world.AddPod(world.AddNew("web-new", 2, 2));
  CHECK(LookForOldPods(world.Look()) == OldPods::kGone);
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
  CHECK(LookForOldPods(world.Look()) == row.want);
  Proves(row.id);
}

TEST_CASE("a Pod in the cache is an old one if an old ReplicaSet owns it (UT-11, D-302, D-303)") {
  World world = RecreateWorld(2);
  const ReplicaSet& old = world.AddOld("web-old", 0, 0);
  const ReplicaSet& new_replica_set = world.AddNew("web-new", 0, 0);
  CHECK(LookForOldPods(world.Look()) == OldPods::kGone);
  world.AddPod(new_replica_set);
  CHECK(LookForOldPods(world.Look()) == OldPods::kGone);
  world.AddPod(old);
  world.pods.back().meta.owner_references[0].uid = UidOf(77);
  CHECK(LookForOldPods(world.Look()) == OldPods::kGone);
  world.pods.back().meta.owner_references.clear();
  CHECK(LookForOldPods(world.Look()) == OldPods::kGone);
  world.AddPod(old);
  world.pods.back().meta.deletion_timestamp = kNow;  // no excuse
  CHECK(LookForOldPods(world.Look()) == OldPods::kPresent);
  Proves("D-302 D-303 D-054");
}

TEST_CASE("counters of an old ReplicaSet count before any Pod is seen (UT-11, S-010)") {
  World world = RecreateWorld(2);
  ReplicaSet& old = world.AddOld("web-old", 0, 0);
  world.pods_known = false;
  CHECK(LookForOldPods(world.Look()) == OldPods::kUnknown);
  old.status.replicas = 1;
  CHECK(LookForOldPods(world.Look()) == OldPods::kPresent);
  old.status.replicas = 0;
  old.status.terminating_replicas = 1;
  CHECK(LookForOldPods(world.Look()) == OldPods::kPresent);
  Proves("D-302");
}

TEST_CASE("an old ReplicaSet that was not told yet to have no Pods may still make some") {
  World world = RecreateWorld(2);
  ReplicaSet& old = world.AddOld("web-old", 0, 0);
  old.meta.generation = old.status.observed_generation + 1;
  CHECK(LookForOldPods(world.Look()) == OldPods::kPresent);
}

TEST_CASE("Pods of every ReplicaSet are old while there is no new one (D-302)") {
  World world = RecreateWorld(2);
  world.AddPod(world.AddOld("web-old", 0, 0));
  CHECK(LookForOldPods(world.Look()) == OldPods::kPresent);
  Proves("D-302");
}

TEST_CASE("while the cache cannot tell, the status is written and the key looks again") {
  World world = RecreateWorld(2);
  world.AddOld("web-old", 0, 0);
  world.pods_known = false;
  const RecreateStep recreate = NextRecreate(world.Look());
  CHECK_FALSE(recreate.step);
  CHECK(std::get<Wait>(recreate.then).look_again_in.has_value());
  const Step step = world.Decide();
  CHECK(std::get<Write>(step).request.Describe() == "patch deployments/status ns/web");
}

// What the uncached list shows of one Pod of the old ReplicaSet.
Step DecideAfterList(World& world, Result<Reply> said) {
  const Step step = world.Decide();
  const Read& read = std::get<Read>(step);
  CHECK(read.request.Describe() == "list pods ns (app=web)");
  world.learned.push_back(OutcomeOf(read.request, std::move(said)));
  return world.Decide();
}

TEST_CASE("the switch is confirmed by one uncached list (S-010)") {
  World world = RecreateWorld(2);
  const ReplicaSet& old = world.AddOld("web-old", 0, 0);
  const std::string pod_of_old =
      R"({"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"p","ownerReferences":[)"
      R"({"controller":true,"uid":")" +
      old.meta.uid.ToString() + R"("}]}}]})";

  SECTION("no Pod left") {
    const Step step = DecideAfterList(world, Reply{R"({"metadata":{},"items":[]})"});
    CHECK(std::get<Write>(step).request.verb() == Verb::kCreate);
  }
  SECTION("a Pod the cache does not show") {
    const Step step = DecideAfterList(world, Reply{pod_of_old});
    CHECK(std::get<Write>(step).request.subresource() == "status");
    const RecreateStep recreate = NextRecreate(world.Look());
    CHECK(std::get<Wait>(recreate.then).look_again_in.has_value());
  }
  SECTION("a ReplicaSet was written after the list") {
    DecideAfterList(world, Reply{R"({"metadata":{},"items":[]})"});
    const ObjectVersion other{{"ns", "web-other"}, {}, {}};
    const Request written = Request::MergePatch(resources::kReplicaSets, other, "", "{}");
    world.learned.push_back({written.Identity(), Reply{"{}"}});
    CHECK(std::holds_alternative<Read>(world.Decide()));
  }
  SECTION("half a list is no answer") {
    DecideAfterList(world, Reply{R"({"metadata":{"continue":"x"},"items":[]})"});
    CHECK(std::holds_alternative<Failed>(NextRecreate(world.Look()).then));
  }
  SECTION("no answer") {
    DecideAfterList(world, Error{ErrorKind::kForbidden, "no"});
    CHECK(std::get<Failed>(NextRecreate(world.Look()).then).error.kind == ErrorKind::kForbidden);
  }
}

TEST_CASE("a running new ReplicaSet is resized without a list, but not beside old Pods") {
  World world = RecreateWorld(5);
  const ReplicaSet& old = world.AddOld("web-old", 0, 0);
  world.AddNew("web-new", 3, 3);
  const RecreateStep grow = NextRecreate(world.Look());
  REQUIRE(grow.step);
  CHECK(std::get<Write>(*grow.step).on_success[0].message ==
        "Scaled up replica set web-new from 3 to 5");
  world.AddPod(old);
  CHECK_FALSE(NextRecreate(world.Look()).step);
}

}  // namespace
}  // namespace windlass::workload::recreate_test
