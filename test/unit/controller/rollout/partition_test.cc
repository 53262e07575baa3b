// spec.strategy.partition of a Rollout among its ReplicaSets: when it rests there, what the status
// shows then, and where the partition holds no Pod back.
#include <memory>
#include <string>

#include "controller/in_place/phases/extended_values.h"
#include "controller/rollout/step_state.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout::partition_test {
namespace {

// 10 replicas, partition 7: 3 new Pods and 7 old ones, since `kStart`.
struct AtPartition : Stepped {
  AtPartition() {
    steps.clear();
    updated_max = 3;
    AddOld(7);
    AddNew(3, 3);
    status.observed_generation = 2;
    SetProgressing("True", workload::kUpdatedReason, "ReplicaSet \"web-2\" is progressing.");
  }
  WorkloadStatus Draft() {
    WorkloadStatus draft = status;
    extension.UpdateStatus(Sit(), draft);
    return draft;
  }
};

TEST_CASE("at its partition a rollout rests, and is not late (RO-099)") {
  AtPartition f;
  f.now = kStart + seconds(700);
  CHECK(f.Sit().extended.at_rest);
  f.status = f.Draft();
  CHECK(ReasonIn(f.status.conditions) == "Unknown RolloutPausedAtStep");
  CHECK(FindCondition(f.status.conditions, "Progressing")->message ==
        "Partition: 7 of 10 Pods keep the old revision until spec.strategy.partition is lowered");
  f.now = f.now + seconds(5000);
  CHECK(f.Draft() == f.status);

  f.updated_max = 6;
  CHECK_FALSE(f.Sit().extended.at_rest);
  const WorkloadStatus lowered = f.Draft();
  CHECK(ReasonIn(lowered.conditions) == "True ReplicaSetUpdated");
  CHECK(FindCondition(lowered.conditions, "Progressing")->last_update_time == f.now);
  Proves("RO-099");
}

// Without replicas nothing is kept and nothing is missing, but the new revision is not rolled out.
TEST_CASE("a partition holds while there are no replicas (RO-099)") {
  AtPartition f;
  f.replicas = 0;
  f.updated_max = 0;
  for (ReplicaSet& rs : f.replica_sets) {
    rs.replicas = rs.status.replicas = rs.status.ready_replicas = rs.status.available_replicas = 0;
  }
  RolloutOwn own = f.Own();
  own.stable_revision = 1;
  std::string want = "Unknown RolloutPausedAtStep";
  SECTION("revision 1 is the stable one") {}
  SECTION("there is none to come back to") {
    own.stable_revision.reset();
    want = "True ReplicaSetUpdated";
  }
  SECTION("this one was complete") {
    own.stable_revision = 2;
    want = "True ReplicaSetUpdated";
  }
  f.status.carried = KindStatus(own);
  CHECK(ReasonIn(f.Draft().conditions) == want);
  Proves("RO-099");
}

TEST_CASE("at its partition a rollout in place rests, too (RO-099)") {
  AtPartition f;
  f.replica_sets[0].replicas = 10;  // the host of all Pods
  f.replica_sets[1].replicas = 0;
  workload::Situation situation = f.Sit();
  in_place::InPlace found;
  found.now = in_place::phases::Staged{};
  found.pods.emplace();
  found.pods->at_rest = true;
  found.pods->counts = {.pods = 10, .updated = 3, .available = 10, .to_update = 7, .proven = 3};
  const auto told = [&] {
    situation.extended = in_place::ExtendedBy(situation, found);
    WorkloadStatus draft = f.status;
    ShowSteps(situation, f.steps, draft);
    const Condition* progressing = FindCondition(draft.conditions, "Progressing");
    return ReasonIn(draft.conditions) + ": " + progressing->message;
  };
  CHECK(told() ==
        "Unknown RolloutPausedAtStep: "
        "Partition: 7 of 10 Pods keep the old revision until spec.strategy.partition is lowered");
  found.pods->counts.pods = 9;  // one was evicted, and is about to come back
  found.pods->counts.to_update = 6;
  CHECK(told().find("7 of 10 Pods keep the old revision") != std::string::npos);
  SECTION("not before all its Pods are available") { found.pods->counts.proven = 2; }
  SECTION("not while a Pod restarts") { found.pods->counts.in_flight = 1; }
  SECTION("not while a Pod stands in") { found.pods->counts.stand_ins = 1; }
  SECTION("not before the partition is reached") { found.pods->at_rest = false; }
  SECTION("not while it goes back") { found.now = in_place::phases::Returning{}; }
  CHECK(told().starts_with("True ReplicaSetUpdated"));
  Proves("RO-099");
}

TEST_CASE("a partition holds no Pod back on the way to the stable revision (RO-086)") {
  AtPartition f;
  f.replica_sets[0].meta.annotations.Set(workload::kRevision, "3");  // what is left of a bad one
  RolloutOwn own;
  SECTION("of the same template") { own.stable_template = kRequested; }
  SECTION("whose template now has all defaults") {
    own.stable_template = "t-ffffffffffffffffffffffffffffffff";
    own.stable_revision = 2;
  }
  f.status.carried = KindStatus(own);
  CHECK(f.Sit().limits.updated_max == kUnlimited);
  CHECK_FALSE(f.Sit().extended.at_rest);
  CHECK(ReasonIn(f.Draft().conditions) == "True ReplicaSetUpdated");
  CHECK(ReadOwn(f.Draft().carried).is_of_proven);

  own.stable_template = "t-ffffffffffffffffffffffffffffffff";
  own.stable_revision = 1;  // another one
  f.status.carried = KindStatus(own);
  CHECK(f.Sit().limits.updated_max == 3);
  CHECK_FALSE(ReadOwn(f.Draft().carried).is_of_proven);
  Proves("RO-086");
}

TEST_CASE("what is not at its partition may be late (RO-099)") {
  AtPartition f;
  SECTION("a new Pod is not available") { f.replica_sets[1].status.available_replicas = 2; }
  SECTION("a Pod is still to come") { f.replica_sets[1].replicas = 2; }
  SECTION("a Pod above the size is still to go") { f.replica_sets[0].replicas = 8; }
  SECTION("nothing is held back") { f.updated_max = kUnlimited; }
  SECTION("no old Pod is left") {
    f.replica_sets[0].replicas = 0;
    f.replica_sets[1].replicas = 10;
    f.replica_sets[1].status.replicas = 10;
    f.replica_sets[1].status.ready_replicas = 10;
    f.replica_sets[1].status.available_replicas = 10;
  }
  CHECK_FALSE(f.Sit().extended.at_rest);
  CHECK(ReasonIn(f.Draft().conditions) == "True ReplicaSetUpdated");
  Proves("RO-099");
}

}  // namespace
}  // namespace windlass::rollout::partition_test
