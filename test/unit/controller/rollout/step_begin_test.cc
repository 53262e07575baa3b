// When a step of a Rollout begins: after a write of the status, and before its first Pod.
#include <vector>

#include "controller/in_place/phases/extended_values.h"
#include "controller/rollout/decisions.h"
#include "controller/rollout/step_state.h"
#include "controller/workload/status/progress.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout::step_begin_test {
namespace {

TEST_CASE("the first step begins by a write of the status, before a ReplicaSet is made (RO-058)") {
  Stepped f;
  f.AddOld(10);
  f.SetProgressing("True", workload::kAvailableReason, "done");
  f.status.replicas = f.status.updated_replicas = 10;
  f.status.ready_replicas = f.status.available_replicas = 10;
  CHECK(f.Sit().limits.updated_max == 1);

  const Write write = f.NextAs<Write>();
  CHECK(write.because.decision == decisions::kBeginStep);
  CHECK(write.request.subresource() == "status");
  CHECK(write.patience == Duration{0});
  REQUIRE(write.on_success.size() == 1);
  CHECK(write.on_success[0].reason == "StepBegun");
  CHECK(write.on_success[0].message == "Step 1 of 4: 1 of 10 Pods get revision 2");
  CHECK(f.WrittenStep() == RolloutStepStatus{.index = 1,
                                             .total = 4,
                                             .started_at = kStart,
                                             .revision = 2,
                                             .template_id = kRequested,
                                             .replicas = 10});
  CHECK(f.kind.written->observed_generation == 1);  // nothing was done for it yet
  const std::vector<Condition>& conditions = f.kind.written->conditions;
  CHECK(*FindCondition(conditions, "Progressing") == f.status.conditions.front());

  SECTION("after a crash it is written again") {
    f.now = kStart + seconds(20);
    REQUIRE(f.Next());
    CHECK(f.WrittenStep()->index == 1);
    CHECK(f.WrittenStep()->started_at == kStart + seconds(20));
  }
  SECTION("once it is stored, the planner goes on") {
    f.Publish();
    f.now = kStart + seconds(20);
    CHECK_FALSE(f.Next());
  }
  Proves("RO-058");
}

TEST_CASE("a step begins before a ReplicaSet is made, for whatever reason (RO-058)") {
  Stepped f;
  f.AddOld(10);
  const auto moment = GENERATE(Moment::kWhileRunning, Moment::kBeforeCreation);
  const Write step = f.NextAs<Write>(moment);
  CHECK(step.because.decision == decisions::kBeginStep);
  CHECK(f.WrittenStep()->index == 1);
  f.Publish();
  CHECK_FALSE(f.Next(moment));
  Proves("RO-058");
}

TEST_CASE("a step that is over stays in force until the next one is stored (RO-058)") {
  Stepped f;
  f.AddBoth(9, 1, 1);
  f.Store(1);
  f.now = kStart + seconds(30);
  CHECK(f.Sit().limits.updated_max == 1);
  REQUIRE(f.Next());
  CHECK(f.WrittenStep() == RolloutStepStatus{.index = 2,
                                             .total = 4,
                                             .started_at = kStart + seconds(30),
                                             .revision = 2,
                                             .template_id = kRequested,
                                             .replicas = 10,
                                             .available_since = kStart + seconds(30),
                                             .available = 1,
                                             .available_of = 10});
  CHECK(f.Sit().limits.updated_max == 1);
  // The same write has the counters: the status had none before.
  CHECK(f.kind.written->replicas == 10);
  CHECK(f.kind.written->updated_replicas == 1);
  CHECK(f.kind.written->available_replicas == 10);
  CHECK(FindCondition(f.kind.written->conditions, "Available")->status == "True");

  f.Publish();
  CHECK_FALSE(f.Next());  // one step after the other
  Proves("RO-058");
}

TEST_CASE("the same template in another form goes on at its step (RO-055)") {
  Stepped f;
  ReplicaSet& rs = f.AddBoth(5, 5, 5);
  f.Store(4);
  RolloutOwn own = f.Own();
  own.step->template_id = "t-before";
  f.status.carried = KindStatus(own);
  int32_t index = 4;
  SECTION("its ReplicaSet has the revision of the step") {}
  SECTION("while it is paused, too") { f.paused = true; }
  SECTION("a ReplicaSet of another revision is another rollout") {
    rs.meta.annotations.Set(workload::kRevision, "3");
    index = 1;
  }
  SECTION("without a ReplicaSet it is another rollout") {
    f.replica_sets.pop_back();
    index = 1;
  }
  const bool same = index == 4;
  CHECK(f.Sit().limits.updated_max == (same ? 5 : 1));
  CHECK(f.Next().has_value() == !same);
  const WorkloadStatus status = f.Updated();
  REQUIRE(ReadOwn(status.carried).step);
  CHECK(ReadOwn(status.carried).step->index == index);
  CHECK(ReadOwn(status.carried).step->template_id == kRequested);
  Proves("RO-055");
}

TEST_CASE("while it is paused, a step stays that may be of the same template (RO-055)") {
  Stepped f;
  f.AddOld(5);
  f.Add(2, 5, 5, 2);  // the template with all defaults, which are not known
  f.paused = true;
  f.Store(4);
  RolloutOwn own = f.Own();
  own.step->template_id = "t-before";
  f.status.carried = KindStatus(own);
  const WorkloadStatus status = f.Updated();
  CHECK(ReadOwn(status.carried).step == own.step);
  Proves("RO-055");
}

TEST_CASE("a step begins without counters while Pods in place cannot be seen (RO-058)") {
  Stepped f;
  f.steps = {SetUpdated(IntOrPercent::Int(1)), Pause("10m"), SetUpdated(IntOrPercent::Int(6))};
  f.AddOld(10);
  f.status.replicas = f.status.ready_replicas = f.status.available_replicas = 10;
  f.status.updated_replicas = 1;
  f.now = kStart + seconds(601);
  workload::Situation situation = f.Sit();
  in_place::InPlace found;
  found.now = in_place::phases::Unknown{};
  situation.extended = in_place::ExtendedBy(situation, found);
  REQUIRE(BeginStep(situation, f.steps));
  CHECK(f.WrittenStep()->index == 1);
  CHECK(f.kind.written->updated_replicas == 1);
  Proves("RO-058");
}

TEST_CASE("a status that the API server refuses holds up no other decision (RO-058)") {
  Stepped f;
  f.AddOld(10);
  f.learned.push_back(OutcomeOf(f.NextAs<Write>(), Error{ErrorKind::kForbidden, "no"}));
  f.now = kStart + seconds(1);  // another body
  CHECK_FALSE(f.Next());
  CHECK(f.Sit().limits.updated_max == 1);
  Proves("RO-058");
}

// Whom this serves: whose first revision never worked. With one replica the step takes its last
// Pod, and a later sync finds no revision for which a pause would hold.
TEST_CASE("no Pod comes before its step if the status was not stored (RO-058)") {
  Stepped f;
  f.AddOld(1);
  const auto kind = GENERATE(ErrorKind::kConflict, ErrorKind::kNotFound, ErrorKind::kWebhook,
                             ErrorKind::kTimeout);
  f.learned.push_back(OutcomeOf(f.NextAs<Write>(Moment::kBeforeCreation), Error{kind, "changed"}));
  f.now = kStart + seconds(1);  // another body
  const Failed end = f.NextAs<Failed>(Moment::kBeforeCreation);
  CHECK(end.error.kind == kind);
  CHECK(end.retry == Retry::kBackOff);
  Proves("RO-058");
}

// Whom this serves: who corrects a bad canary while a webhook on the status is down.
TEST_CASE("a webhook that is down holds up no step where a proven revision stays (RO-058)") {
  Stepped f;
  f.AddOld(10);
  f.KeepStable(1);
  f.learned.push_back(
      OutcomeOf(f.NextAs<Write>(Moment::kBeforeCreation), Error{ErrorKind::kWebhook, "down"}));
  f.now = kStart + seconds(1);
  CHECK_FALSE(f.Next(Moment::kBeforeCreation));
  CHECK(f.Sit().limits.updated_max == 1);
  Proves("RO-058");
}

// Whom this serves: whose autoscaler asks for Pods while somebody keeps writing to the Rollout.
TEST_CASE("a Rollout gets its size although a step could not be stored (RO-058)") {
  Stepped f;
  ReplicaSet& old = f.AddOld(1);
  old.meta.annotations.Set(workload::kDesiredReplicas, "1");
  f.learned.push_back(OutcomeOf(f.NextAs<Write>(), Error{ErrorKind::kConflict, "changed"}));
  f.now = kStart + seconds(1);
  const Write next = f.NextAs<Write>();
  CHECK(next.request.resource() == resources::kReplicaSets);
  Proves("RO-058");
}

}  // namespace
}  // namespace windlass::rollout::step_begin_test
