// The limits of the steps of a Rollout, and when no step is in force.
#include "controller/rollout/step_state.h"

#include <optional>
#include <variant>

#include "controller/workload/decisions.h"
#include "controller/workload/revisions/proven.h"
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

// Whom this serves: who breaks spec.strategy in the middle of a rollout, and corrects it.
TEST_CASE("the step stays while the strategy cannot be carried out (RO-055)") {
  Stepped f;
  f.AddBoth(5, 5, 5);
  f.Store(4);
  f.strategy_error = "spec.strategy.steps[0]: is empty";
  f.paused = GENERATE(true, false);
  f.now = kStart + seconds(5000);
  SECTION("a step of this template") {
    const std::optional<RolloutStepStatus> stored = f.Own().step;
    f.status = f.Updated();
    CHECK(f.Own().step == stored);
    f.strategy_error.clear();
    f.paused = false;
    CHECK(f.Sit().extended.at_rest);
    CHECK(f.Sit().limits.updated_max == 5);
  }
  SECTION("not a step of the template before") {
    RolloutOwn own = f.Own();
    own.step->template_id = "t-ffffffffffffffffffffffffffffffff";
    own.step->revision = 1;
    f.status.carried = KindStatus(own);
    f.status = f.Updated();
    CHECK_FALSE(f.Own().step);
  }
  Proves("RO-055");
}

// Whom this serves: who aborts while spec.strategy is broken, and takes the abort back.
TEST_CASE("an abort ends the step only if it is carried out (RO-055 RO-095)") {
  Stepped f;
  f.AddBoth(5, 5, 5);
  f.Store(4);
  f.strategy_error = "spec.strategy.steps[0]: is empty";
  f.follow_revision = 1;
  f.paused = GENERATE(true, false);
  const std::optional<RolloutStepStatus> stored = f.Own().step;
  const auto step_in = [&f](const workload::Situation& situation) {
    WorkloadStatus draft = f.status;
    f.extension.UpdateStatus(situation, draft);
    return ReadOwn(draft.carried).step;
  };
  workload::Situation situation = f.Sit();
  CHECK(step_in(situation) == stored);
  situation.extended.counted = CountedPods{.pods = 10, .updated = 5};  // an update in place
  CHECK(step_in(situation).has_value() == f.paused);
  situation.extended.refused = {.reason = workload::kInvalidStrategy, .message = "is empty"};
  CHECK(step_in(situation) == stored);
  f.strategy_error.clear();
  CHECK_FALSE(step_in(f.Sit()));
  Proves("RO-055 RO-095");
}

// Whom this serves: who breaks spec.strategy at a pause, and would promote in vain.
TEST_CASE("a strategy that cannot be carried out is told once, and the step stays (RO-062)") {
  Stepped f;
  f.AddBoth(5, 5, 5);
  f.replica_sets[0].meta.annotations.Set(workload::kComplete, "1/web-1");  // else noted first
  f.Store(4);
  f.KeepStable(1);
  f.revision = "2";
  f.SetProgressing("Unknown", "RolloutPausedAtStep", "pause until promoted");
  f.strategy_error = "spec.strategy.steps[2]: is empty";
  const std::optional<RolloutStepStatus> stored = f.Own().step;
  std::string want = "False InvalidStrategy";
  SECTION("at a pause") {}
  SECTION("when scaled") { f.replicas = 12; }
  SECTION("during an abort") { f.follow_revision = 1; }
  SECTION("without a deadline") {
    f.progress_deadline_seconds = kUnlimited;
    want = "";
  }
  f.Sit();
  const Step first = workload::Next(*f.view, f.learned, f.now);
  REQUIRE(std::holds_alternative<Write>(first));
  CHECK(std::get<Write>(first).request.subresource() == "status");
  f.Publish();
  CHECK(f.status.observed_generation == 2);
  CHECK(ReasonIn(f.status.conditions) == want);
  CHECK(f.Own().step == stored);
  REQUIRE(f.Own().verdict);
  CHECK(f.Own().verdict->reason == "InvalidStrategy");
  const std::string message = f.Own().verdict->message;
  CHECK(message.find(f.strategy_error) != std::string::npos);
  CHECK(message.find("New sizes and aborts take effect only during an update in place") !=
        std::string::npos);

  f.now = kStart + seconds(5000);
  f.Sit();
  const Step second = workload::Next(*f.view, f.learned, f.now);
  REQUIRE(std::holds_alternative<Failed>(second));
  CHECK(std::get<Failed>(second).error.message == f.strategy_error);
  CHECK(std::get<Failed>(second).retry == Retry::kOnSpecChange);
  Proves("RO-062");
}

}  // namespace
}  // namespace windlass::rollout::step_state_test
