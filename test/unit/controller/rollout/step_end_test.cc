// Which Pods end a step of a Rollout.
#include <string>

#include "controller/in_place/phases/extended_values.h"
#include "controller/rollout/step_state.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout::step_end_test {
namespace {

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

struct SmallRow {
  int32_t step;
  std::string text;
};

// Scaled to one replica by an autoscaler.
TEST_CASE("a step that has no Pod at this size says so, and what to do (RO-193)") {
  const auto row = GENERATE(values<SmallRow>({
      {1,
       "Step 1 of 4: 0 of 1 Pods get revision 2. With 1 replica, no Pod gets revision 2. To test "
       "revision 2, scale up. To go on without a test, set annotation windlass.dev/promote to "
       "full@2/force"},
      {2,
       "Step 2 of 4: pause for 10m. With 1 replica, no Pod gets revision 2. To test revision 2, "
       "scale up. To go on without a test, set annotation windlass.dev/promote to 2@2/force"},
      {4,
       "Step 4 of 4: pause until annotation windlass.dev/promote says 4@2. With 1 replica, no Pod "
       "gets revision 2. To test revision 2, scale up. To go on without a test, set annotation "
       "windlass.dev/promote to 4@2/force"},
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

}  // namespace
}  // namespace windlass::rollout::step_end_test
