// A Rollout at a pause among its steps, and one that is paused by spec.paused.
#include <string>
#include <variant>

#include "controller/rollout/step_state.h"
#include "controller/workload/status/progress.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout::step_pause_test {
namespace {

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
}  // namespace windlass::rollout::step_pause_test
