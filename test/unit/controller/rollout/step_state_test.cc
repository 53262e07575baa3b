// Steps of a Rollout among its ReplicaSets: limits, the writes that begin steps, and what the
// status shows.
#include "controller/rollout/step_state.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "controller/in_place/phases/extended_values.h"
#include "controller/rollout/decisions.h"
#include "controller/workload/decisions.h"
#include "controller/workload/revisions/proven.h"
#include "controller/workload/status/progress.h"
#include "controller/workload/status/refused_write.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout::step_state_test {
namespace {

struct LimitRow {
  int32_t step;
  int32_t partition_leaves;
  int32_t limit;
};

TEST_CASE("the limit is that of the stored step, or of a partition that leaves fewer (RO-052)") {
  const auto row = GENERATE(values<LimitRow>({{1, kUnlimited, 1},
                                              {2, kUnlimited, 1},
                                              {3, kUnlimited, 5},
                                              {4, kUnlimited, 5},
                                              {5, kUnlimited, kUnlimited},
                                              {3, 2, 2},
                                              {5, 2, 2}}));
  CAPTURE(row.step, row.partition_leaves);
  Stepped f;
  f.AddBoth(9, 1, 0);
  f.Store(row.step);
  f.updated_max = row.partition_leaves;
  CHECK(f.Sit().limits.updated_max == row.limit);
  Proves("RO-052");
}

TEST_CASE("a Rollout without steps has no limit and no step (RO-052)") {
  Stepped f;
  f.steps.clear();
  f.AddOld(10);
  CHECK(f.Sit().limits.updated_max == kUnlimited);
  CHECK_FALSE(f.Next());
  const WorkloadStatus status = f.Updated();
  CHECK_FALSE(ReadOwn(status.carried).step);
  Proves("RO-052");
}

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

TEST_CASE("the Pods that end a step are progress (RO-088)") {
  Stepped f;
  f.steps = {SetUpdated(IntOrPercent::Int(1)), SetUpdated(IntOrPercent::Percent("50%"))};
  f.AddBoth(9, 1, 1);
  f.Store(1);
  f.SetProgressing("True", workload::kUpdatedReason, "one is ready");
  f.status.replicas = f.status.ready_replicas = 10;
  f.status.updated_replicas = 1;
  f.status.available_replicas = 9;  // the tenth is available since
  f.now = kStart + seconds(300);
  REQUIRE(f.Next());
  CHECK(f.WrittenStep()->index == 2);
  const Condition* progressing = FindCondition(f.kind.written->conditions, "Progressing");
  CHECK(progressing->last_update_time == f.now);

  f.status.available_replicas = 10;  // that was told before
  REQUIRE(f.Next());
  progressing = FindCondition(f.kind.written->conditions, "Progressing");
  CHECK(progressing->last_update_time == kStart);
  Proves("RO-088");
}

TEST_CASE("Pods that an update in place lets back in are no progress (RO-088)") {
  Stepped f;
  f.steps = {SetUpdated(IntOrPercent::Int(1)), SetUpdated(IntOrPercent::Percent("50%"))};
  f.AddBoth(9, 1, 1);
  f.Store(1);
  f.SetProgressing("True", workload::kUpdatedReason, "one is ready");
  f.status.replicas = f.status.ready_replicas = 10;
  f.status.updated_replicas = 1;
  f.status.available_replicas = 9;
  f.now = kStart + seconds(300);
  workload::Situation situation = f.Sit();
  situation.extended.ready_is_no_progress = true;
  REQUIRE(BeginStep(situation, f.steps));
  const Condition* progressing = FindCondition(f.kind.written->conditions, "Progressing");
  CHECK(progressing->last_update_time == kStart);
  Proves("RO-088");
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

TEST_CASE("Pods above the size of the new ReplicaSet end no step (RO-052)") {
  Stepped f;
  ReplicaSet& rs = f.AddBoth(5, 5, 5);
  f.Store(3);
  SECTION("all five are there and available") {
    REQUIRE(f.Next());
    CHECK(f.WrittenStep()->index == 4);
  }
  SECTION("one is about to go") {
    rs.replicas = 4;
    CHECK_FALSE(f.Next());
  }
  SECTION("one is not available") {
    rs.status.available_replicas = 4;
    CHECK_FALSE(f.Next());
  }
  Proves("RO-052");
}

TEST_CASE("during an update in place the Pods count that are proven (RO-052)") {
  Stepped f;
  f.AddBoth(10, 0, 0);
  f.Store(1);
  workload::Situation situation = f.Sit();
  in_place::InPlace found;
  found.pods.emplace();
  found.pods->counts = {
      .pods = 10, .updated = 2, .in_flight = 2, .ready = 10, .available = 10, .patched = 2};
  const auto goes_on = [&] {
    situation.extended = in_place::ExtendedBy(situation, found);
    const std::optional<StepState> state = StepsOf(situation, f.steps);
    REQUIRE(state.has_value());
    return state->next.has_value();
  };
  CHECK_FALSE(goes_on());
  found.pods->counts.settled = 1;  // its node is lost, so nothing waits for it
  CHECK_FALSE(goes_on());
  found.pods->counts.proven = 1;
  CHECK(goes_on());
  // They have the template of an exchange that is not over, and another one is wanted by now.
  found.now = in_place::phases::Committing{.stash = {.fingerprint = {0, 77}}};
  CHECK_FALSE(goes_on());
  found.now = in_place::phases::Committing{.stash = {.fingerprint = situation.wanted.fingerprint}};
  CHECK(goes_on());
  Proves("RO-052");
}

// Whom this serves: who promotes a rollout in place where no Pod may be unavailable. A stand-in is
// there until the step's last Pod is updated.
TEST_CASE("a Pod that stands in does not hold up the end of all steps (RO-133)") {
  Stepped f;
  f.steps = {SetUpdated(IntOrPercent::Int(2)), Pause()};
  f.AddBoth(10, 0, 0);
  f.Store(1);
  f.meta.annotations.Set(kPromote, "full@2");
  workload::Situation situation = f.Sit();
  in_place::InPlace found;
  found.pods.emplace();
  // One Pod was patched and works. A stand-in has the new template, too.
  found.pods->counts = {.pods = 11,
                        .updated = 2,
                        .ready = 11,
                        .available = 11,
                        .stand_ins = 1,
                        .patched = 1,
                        .to_update = 9,
                        .settled = 1,
                        .proven = 1};
  const auto next = [&] {
    situation.extended = in_place::ExtendedBy(situation, found);
    const std::optional<StepState> state = StepsOf(situation, f.steps);
    REQUIRE(state.has_value());
    return state->next;
  };
  SECTION("the patched Pod works") {
    REQUIRE(next());
    CHECK(next()->index == 3);
  }
  SECTION("another Pod was patched and crashes") {
    found.pods->counts.updated = 3;
    found.pods->counts.patched = 2;
    CHECK_FALSE(next());
  }
  SECTION("only the stand-in has the new template") {
    found.pods->counts.updated = 1;
    found.pods->counts.patched = found.pods->counts.settled = found.pods->counts.proven = 0;
    CHECK_FALSE(next());
  }
  Proves("RO-133");
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

TEST_CASE("a pause begins and ends together with its condition (RO-059)") {
  Stepped f;
  f.AddBoth(9, 1, 1);
  f.SetProgressing("True", workload::kUpdatedReason, "ReplicaSet \"web-2\" is progressing.");
  f.Store(1);
  f.now = kStart + seconds(30);
  REQUIRE(f.Next());
  f.Publish();
  CHECK(ReasonIn(f.status.conditions) == "Unknown RolloutPausedAtStep");
  const Condition* paused = FindCondition(f.status.conditions, "Progressing");
  CHECK(paused->message == "Step 2 of 4: pause for 10m");
  CHECK(paused->last_update_time == kStart + seconds(30));

  f.now = kStart + seconds(629);
  CHECK_FALSE(f.Next());
  CHECK(f.Sit().extended.at_rest);  // no deadline
  f.now = kStart + seconds(630);
  CHECK_FALSE(f.Sit().extended.at_rest);
  REQUIRE(f.Next());
  f.Publish();
  CHECK(f.Own().step->index == 3);
  CHECK(ReasonIn(f.status.conditions) == "True ReplicaSetUpdated");
  const Condition* moving = FindCondition(f.status.conditions, "Progressing");
  CHECK(moving->message == "ReplicaSet \"web-2\" is progressing.");
  CHECK(moving->last_update_time == kStart + seconds(630));  // the deadline begins anew
  Proves("RO-053 RO-059");
}

TEST_CASE("a pause without a duration says how to go on, and ends the rollout's steps (RO-054)") {
  Stepped f;
  f.AddBoth(5, 5, 5);
  f.Store(3);
  const Write pause = f.NextAs<Write>();
  CHECK(pause.on_success[0].message ==
        "Step 4 of 4: pause until annotation windlass.dev/promote says 4@2");
  f.Publish();
  CHECK_FALSE(f.Next());

  f.meta.annotations.Set(kPromote, "4@1");
  CHECK_FALSE(f.Next());
  f.meta.annotations.Set(kPromote, "4@2");
  const Write last = f.NextAs<Write>();
  CHECK(last.on_success[0].reason == "StepsDone");
  CHECK(last.on_success[0].message == "All 4 steps are over: every Pod gets revision 2");
  f.Publish();
  CHECK(f.Own().step->index == 5);
  CHECK(f.Sit().limits.updated_max == kUnlimited);
  CHECK_FALSE(f.Next());
  Proves("RO-054");
}

TEST_CASE("the condition of a pause stays as it is while the pause lasts (RO-059)") {
  Stepped f;
  f.AddBoth(5, 5, 5);
  f.Store(4);
  const std::string text = "Step 4 of 4: pause until annotation windlass.dev/promote says 4@2";
  f.SetProgressing("Unknown", "RolloutPausedAtStep", text);
  f.now = kStart + seconds(5000);
  WorkloadStatus draft = f.status;
  SECTION("if nothing happens") {}
  SECTION("if a Pod became ready") {
    workload::RefreshCondition(
        draft.conditions, workload::NewCondition("Progressing", "True", workload::kUpdatedReason,
                                                 "ReplicaSet \"web-2\" is progressing.", f.now));
  }
  SECTION("if the planner dropped it") {
    workload::RemoveCondition(draft.conditions, "Progressing");
  }
  f.extension.UpdateStatus(f.Sit(), draft);
  CHECK(draft == f.status);
  Proves("RO-059");
}

TEST_CASE("without a pause any more the deadline begins anew, although the time is over (RO-059)") {
  Stepped f;
  f.AddBoth(9, 1, 0);
  f.steps = {SetUpdated(IntOrPercent::Int(1))};  // the user removed the pause
  f.Store(1);
  f.SetProgressing("Unknown", "RolloutPausedAtStep", "Step 1 of 2: pause for 10m");
  f.now = kStart + seconds(5000);
  WorkloadStatus draft = f.status;
  SECTION("the planner left it alone") {}
  SECTION("the planner found the deadline exceeded") {
    workload::RefreshCondition(
        draft.conditions, workload::NewCondition("Progressing", "False", workload::kExceededReason,
                                                 "timed out", f.now));
  }
  f.extension.UpdateStatus(f.Sit(), draft);
  CHECK(ReasonIn(draft.conditions) == "True ReplicaSetUpdated");
  CHECK(FindCondition(draft.conditions, "Progressing")->last_update_time == f.now);
  Proves("RO-059");
}

TEST_CASE("steps are skipped where there is nothing to hold back (RO-056)") {
  Stepped f;
  SECTION("the first rollout of all") {}
  SECTION("a revision that was complete before the stable one (RO-121)") {
    f.Add(3, 10, 10, 3);
    f.AddNew(0, 0).meta.annotations.Set(workload::kComplete, "2/web-2");
    f.KeepStable(3);
  }
  SECTION("the way back to the stable template") {
    f.Add(3, 3, 3, 1);  // what is left of the rollout that failed
    f.AddNew(7, 7);
    RolloutOwn own;
    own.stable_template = kRequested;
    f.status.carried = KindStatus(own);
  }
  SECTION("the way back to the stable revision, whose template now has all defaults") {
    f.Add(3, 1, 1, 1);  // what is left of the rollout that failed
    ReplicaSet& stable = f.AddNew(9, 9);
    RolloutOwn own;
    own.stable_template = "t-ffffffffffffffffffffffffffffffff";
    own.stable_revision = 2;
    f.status.carried = KindStatus(own);
    SECTION("before it is numbered") {}
    SECTION("after that") {
      stable.meta.annotations.Set(workload::kRevision, "4");
      stable.meta.annotations.Set(workload::kRevisionHistory, "2");
    }
  }
  CHECK(f.Sit().limits.updated_max == kUnlimited);
  const std::optional<Step> step = f.Next();  // the note that the stable revision was complete
  CHECK((!step || std::get<Write>(*step).because.decision == workload::decisions::kNoteComplete));
  const WorkloadStatus draft = f.Updated();
  REQUIRE(ReadOwn(draft.carried).step);
  CHECK(ReadOwn(draft.carried).step->index == 5);
  Proves("RO-056");
}

TEST_CASE("another template than that of the stable revision takes the steps (RO-056)") {
  Stepped f;
  SECTION("beside its Pods") { f.AddOld(9); }
  SECTION("also if somebody deleted its ReplicaSet: that approves no other one") {}
  f.AddNew(1, 1);
  RolloutOwn own;
  own.stable_template = "t-ffffffffffffffffffffffffffffffff";
  own.stable_revision = 1;
  f.status.carried = KindStatus(own);
  CHECK(f.Sit().limits.updated_max == 1);
  Proves("RO-056");
}

// An autoscaler at night, or somebody who deletes the old ReplicaSet, must not end a pause.
TEST_CASE("a pause lasts although all Pods have the new revision (RO-134)") {
  Stepped f;
  f.replicas = GENERATE(5, 0);
  f.AddNew(f.replicas, f.replicas);
  f.Store(4);
  const RolloutStepStatus stored = *f.Own().step;
  WorkloadStatus draft = f.status;
  draft.observed_generation = 2;
  draft.replicas = draft.updated_replicas = draft.available_replicas = f.replicas;
  f.extension.UpdateStatus(f.Sit(), draft);
  CHECK(ReadOwn(draft.carried).step->index == 4);
  CHECK(ReasonIn(draft.conditions) == "Unknown RolloutPausedAtStep");
  CHECK(stored.index == 4);
  CHECK(f.Sit().extended.at_rest);
  Proves("RO-134");
}

// Row of an autoscaler: scaled to 0 at a pause, and back. The proven revision gets its share again.
TEST_CASE("steps hold Pods back after a time without Pods (RO-120)") {
  Stepped f;
  f.AddBoth(0, 0, 0);
  f.KeepStable(1);
  SECTION("at a pause") { f.Store(2); }
  SECTION("the template came while there were no Pods") {}
  CHECK(f.Sit().limits.updated_max == 1);
  CHECK(workload::FindKeeper(f.Sit())->meta.name == "web-1");
  Proves("RO-120");
}

TEST_CASE("a pause whose Pod died tells what it waits for, and the deadline runs (RO-131)") {
  Stepped f;
  ReplicaSet& rs = f.AddBoth(9, 1, 1);
  f.Store(2);
  f.SetProgressing("Unknown", "RolloutPausedAtStep", "Step 2 of 4: pause for 10m");
  rs.status.available_replicas = rs.status.ready_replicas = 0;
  f.now = kStart + seconds(700);
  CHECK_FALSE(f.Next());  // not step 3
  CHECK_FALSE(f.Sit().extended.at_rest);
  WorkloadStatus draft = f.Updated();
  CHECK(ReasonIn(draft.conditions) == "True ReplicaSetUpdated");
  CHECK(FindCondition(draft.conditions, "Progressing")->last_update_time == f.now);
  CHECK(ReadOwn(draft.carried).step->available_since.IsZero());
  CHECK(ReadOwn(draft.carried).waits_for ==
        "Step 2 of 4: pause for 10m, which cannot end yet: 0 of 1 updated Pods are available");
  f.status = draft;
  rs.status.available_replicas = rs.status.ready_replicas = 1;
  f.now = kStart + seconds(800);
  draft = f.Updated();
  CHECK(ReasonIn(draft.conditions) == "Unknown RolloutPausedAtStep");
  CHECK(ReadOwn(draft.carried).step->available_since == f.now);
  CHECK(ReadOwn(draft.carried).waits_for.empty());
  Proves("RO-131");
}

struct SmallRow {
  int32_t step;
  std::string text;
};

// Scaled to one replica by an autoscaler.
TEST_CASE("a step that has no Pod at this size says so, and what to do (RO-193)") {
  const auto row = GENERATE(values<SmallRow>({
      {1,
       "Step 1 of 4: 0 of 1 Pods get revision 2. With 1 replica no Pod shows whether revision 2 "
       "works: scale up, or set annotation windlass.dev/promote to full@2/force"},
      {2,
       "Step 2 of 4: pause for 10m. With 1 replica no Pod shows whether revision 2 works: scale "
       "up, or set annotation windlass.dev/promote to 2@2/force"},
      {4,
       "Step 4 of 4: pause until annotation windlass.dev/promote says 4@2. With 1 replica no Pod "
       "shows whether revision 2 works: scale up, or set annotation windlass.dev/promote to "
       "4@2/force"},
  }));
  CAPTURE(row.step);
  Stepped f;
  f.Store(row.step);
  f.replicas = 1;
  f.AddBoth(1, 0, 0);
  f.SetProgressing("True", workload::kUpdatedReason, "ReplicaSet \"web-2\" is progressing.");
  f.now = kStart + seconds(700);
  CHECK_FALSE(f.Next());
  CHECK(f.Sit().extended.at_rest);
  f.extension.UpdateStatus(f.Sit(), f.status);
  CHECK(ReasonIn(f.status.conditions) == "Unknown RolloutPausedAtStep");
  CHECK(FindCondition(f.status.conditions, "Progressing")->message == row.text);
  CHECK(f.Own().waits_for.empty());
  f.meta.annotations.Set(kPromote, row.text.substr(row.text.rfind(' ') + 1));
  CHECK(f.Next());
  f.meta.annotations.Set(kPromote, "");
  f.replicas = 10;
  CHECK_FALSE(f.Sit().extended.at_rest);
  f.extension.UpdateStatus(f.Sit(), f.status);
  CHECK(ReasonIn(f.status.conditions) == "True ReplicaSetUpdated");
  Proves("RO-193");
}

TEST_CASE("a pause of a shortened list says so (RO-132)") {
  Stepped f;
  f.AddBoth(5, 5, 5);
  f.Store(4);
  f.steps.resize(2);
  const WorkloadStatus draft = f.Updated();
  CHECK(FindCondition(draft.conditions, "Progressing")->message ==
        "Step 2 of 2 (it was step 4 of a longer list): pause until annotation windlass.dev/promote "
        "says 4@2");
  Proves("RO-132");
}

TEST_CASE("an aborted rollout has no step, so a new try begins at step 1 (RO-095)") {
  Stepped f;
  f.AddBoth(5, 5, 5);
  f.Store(4);
  f.follow_revision = 1;
  CHECK(f.Sit().limits.updated_max == kUnlimited);
  CHECK_FALSE(f.Next());
  const WorkloadStatus draft = f.Updated();
  CHECK_FALSE(ReadOwn(draft.carried).step);

  f.status = draft;
  f.follow_revision.reset();
  f.replica_sets[0].replicas = 10;  // all Pods went back meanwhile, and that was a new revision
  f.replica_sets[0].meta.annotations.Set(workload::kRevision, "3");
  f.replica_sets[1].replicas = 0;
  f.replica_sets[1].status = {};
  REQUIRE(f.Next());
  CHECK(f.WrittenStep()->index == 1);
  CHECK(f.WrittenStep()->revision == 4);
  Proves("RO-095");
}

TEST_CASE("a paused Rollout stays at its step and begins none (RO-096)") {
  Stepped f;
  f.AddBoth(9, 1, 1);
  f.paused = true;
  f.now = kStart + seconds(5000);
  SECTION("a step of this template") {
    f.Store(2);
    CHECK_FALSE(f.Next(Moment::kWhilePaused));
    const WorkloadStatus draft = f.Updated();
    CHECK(draft == f.status);
  }
  SECTION("a step of the template before") {
    f.Store(2);
    RolloutOwn own = f.Own();
    own.step->template_id = "t-ffffffffffffffffffffffffffffffff";
    own.step->revision = 1;
    f.status.carried = KindStatus(own);
    CHECK_FALSE(f.Next(Moment::kWhilePaused));
    f.status = f.Updated();
    CHECK_FALSE(f.Own().step);
    // Nor does a later sync: the time of a pause would run while the Rollout is paused.
    f.status = f.Updated();
    CHECK_FALSE(f.Own().step);
  }
  Proves("RO-096");
}

TEST_CASE("without a deadline, too, a paused Rollout does not say that it is at a step (RO-096)") {
  Stepped f;
  f.AddBoth(9, 1, 1);
  f.Store(2);
  f.progress_deadline_seconds = kUnlimited;
  const auto shown = [&] {
    WorkloadStatus draft = f.status;
    workload::UpdateProgressing(f.Sit(), draft);
    f.extension.UpdateStatus(f.Sit(), draft);
    f.status = draft;
    return ReasonIn(draft.conditions);
  };
  REQUIRE(shown() == "Unknown RolloutPausedAtStep");
  f.paused = true;
  WorkloadStatus draft = f.status;
  workload::MarkPaused(f.Sit(), draft);
  f.extension.UpdateStatus(f.Sit(), draft);
  CHECK(ReasonIn(draft.conditions).empty());
  f.status = draft;
  f.paused = false;
  CHECK(shown() == "Unknown RolloutPausedAtStep");
  Proves("RO-096");
}

TEST_CASE("a sync ends in time for the end of a pause (RO-053)") {
  Stepped f;
  f.AddBoth(9, 1, 1);
  f.Store(2);
  f.now = kStart + seconds(60);
  const auto end = [&] { return std::get<Wait>(f.extension.End(f.Sit(), Wait{})).look_again_in; };
  CHECK(end() == seconds(540));
  SECTION("at the latest") {
    const Step sooner = f.extension.End(f.Sit(), Wait{.look_again_in = seconds(7)});
    CHECK(std::get<Wait>(sooner).look_again_in == seconds(7));
  }
  SECTION("not for a pause that waits for the user") {
    f.Store(4);
    CHECK_FALSE(end());
  }
  SECTION("not for a step whose Pods tell") {
    f.Store(3);
    CHECK_FALSE(end());
  }
  SECTION("not while the Rollout is paused") {
    f.paused = true;
    CHECK_FALSE(end());
  }
  Proves("RO-053");
}

}  // namespace
}  // namespace windlass::rollout::step_state_test
