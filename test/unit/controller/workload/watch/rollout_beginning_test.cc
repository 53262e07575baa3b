// What a workload is in the middle of when it is seen for the first time, and since when.
#include "controller/workload/watch/rollout_beginning.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/revisions/rollout_id.h"
#include "controller/workload/view.h"
#include "test/catch.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::rollout_beginning_test {
namespace {

constexpr WallTime kUpdated{1'700'000'000};

// A Deployment of 3 whose template is that of "web-2", revision 2. Revision 2 is published and was
// rolled out; generation 2 is the latest.
struct Fixture {
  Fixture() : world(3) {
    world.SetAnnotation(world.AddOld("web-1", 0, 0), kRevision, "1");
    world.SetAnnotation(world.AddNew("web-2", 3, 3), kRevision, "2");
    world.deployment.meta.generation = 2;
    world.deployment.status.observed_generation = 2;
    Publish("2", "NewReplicaSetAvailable");
  }
  void Publish(const std::string& revision, const std::string& reason) {
    world.deployment.meta.annotations.Set(kRevision, revision);
    world.deployment.status.conditions = {
        {"Progressing", "True", Symbol(reason), "", kUpdated, kUpdated}};
  }
  FirstSight Judge() const {
    const View view = world.view();
    return JudgeFirstSight(view.workload, FindTarget(view.workload, view.replica_sets));
  }

  World world;
};

TEST_CASE_METHOD(Fixture, "an object at rest is in no rollout, whatever its latest edit was") {
  CHECK(Judge() == FirstSight::kNoRollout);
  world.deployment.meta.generation = 5;  // edited since, and not looked at
  world.deployment.spec.replicas = 9;
  CHECK(Judge() == FirstSight::kNoRollout);
}

TEST_CASE_METHOD(Fixture, "a rollout that the status is about is midway, also after an edit") {
  Publish("2", "ReplicaSetUpdated");
  CHECK(Judge() == FirstSight::kMidway);
  world.deployment.meta.generation = 5;
  CHECK(Judge() == FirstSight::kMidway);
}

TEST_CASE_METHOD(Fixture, "another template than the published one, and not looked at, is new") {
  world.deployment.meta.generation = 3;
  SECTION("no ReplicaSet has it") { world.replica_sets.pop_back(); }
  SECTION("an earlier ReplicaSet has it") { Publish("3", "NewReplicaSetAvailable"); }
  CHECK(Judge() == FirstSight::kNew);
  world.deployment.spec.paused = true;
  const bool begun = world.replica_sets.size() == 2;  // its Pods exist
  CHECK(Judge() == (begun ? FirstSight::kNew : FirstSight::kNoRollout));
}

TEST_CASE_METHOD(Fixture, "an object that is paused before its rollout is in none") {
  world.replica_sets.back().replicas = 0;
  world.deployment.spec.paused = true;
  world.deployment.status.replicas = 3;  // all of them old
  CHECK(Judge() == FirstSight::kNoRollout);
  world.replica_sets.back().replicas = 1;
  CHECK(Judge() == FirstSight::kMidway);
}

TEST_CASE_METHOD(Fixture, "a rollout began when its ReplicaSet was made, unless that was reused") {
  const View view = world.view();
  const ReplicaSet* target = FindTarget(view.workload, view.replica_sets);
  REQUIRE(target != nullptr);
  CHECK(ShownBeginning(view.workload, target) == target->meta.creation_timestamp);
  world.SetAnnotation(world.replica_sets.back(), kRevisionHistory, "1");
  CHECK(ShownBeginning(view.workload, target) == kUpdated);
  CHECK(ShownBeginning(view.workload, nullptr) == kUpdated);
  world.deployment.status.conditions.clear();
  CHECK(ShownBeginning(world.view().workload, target) == std::nullopt);
}

TEST_CASE_METHOD(Fixture, "the latest revision is the highest; one that is no number is none") {
  const View view = world.view();
  CHECK(LatestRevision(view.replica_sets) == 2);
  CHECK(LatestRevision({}) == 0);
  world.SetAnnotation(world.replica_sets.front(), kRevision, "seven");
  CHECK(LatestRevision(view.replica_sets) == 2);
  CHECK(RolloutId(view.workload.meta, 2).ends_with("-2"));
  CHECK(RolloutId(view.workload.meta, 0).empty());
}

}  // namespace
}  // namespace windlass::workload::rollout_beginning_test
