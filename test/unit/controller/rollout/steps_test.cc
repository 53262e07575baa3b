// Steps: what each means, when it is over, and how many Pods may have the new revision.
#include "controller/rollout/steps.h"

#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"

namespace windlass::rollout::steps_test {
namespace {

constexpr WallTime kStart{1'800'000'000};

IntOrPercent Pods(int32_t count) { return IntOrPercent::Int(count); }
IntOrPercent Share(std::string text) { return IntOrPercent::Percent(std::move(text)); }
RolloutStep SetUpdated(IntOrPercent value) { return {.set_updated = std::move(value)}; }
RolloutStep Pause() { return {.pause = true}; }
RolloutStep Pause(std::string duration) { return {.pause = true, .duration = std::move(duration)}; }

// Revision 8 of 10 replicas: 1 Pod, 10 minutes, 5 Pods, then until it is promoted.
struct Fixture {
  Fixture() { facts.steps = steps; }

  void Store(int32_t index, WallTime started_at = kStart) {
    facts.stored = RolloutStepStatus{.index = index,
                                     .total = static_cast<int32_t>(steps.size()),
                                     .started_at = started_at,
                                     .revision = 8,
                                     .template_id = "t-new"};
  }
  void Available(int32_t count) { facts.updated = facts.available = count; }

  std::vector<RolloutStep> steps{SetUpdated(Pods(1)), Pause("10m"), SetUpdated(Share("50%")),
                                 Pause()};
  StepFacts facts{.steps = {}, .template_id = "t-new", .revision = 8, .desired = 10, .now = kStart};
};

struct DurationRow {
  std::string text;
  std::optional<int64_t> seconds;
};

TEST_CASE("a duration is hours, minutes and seconds in this order (RO-050)") {
  const auto row = GENERATE(values<DurationRow>({
      {"30s", 30},
      {"10m", 600},
      {"2h", 7200},
      {"1h30m", 5400},
      {"1h30m15s", 5415},
      {"1h15s", 3615},
      {"0h5m", 300},
      {"9999h999999m9999999s", 105996339},  // 35,996,400 + 59,999,940 + 9,999,999
      {"", std::nullopt},
      {"0s", std::nullopt},
      {"0h0m0s", std::nullopt},
      {"10", std::nullopt},
      {"m", std::nullopt},
      {"1d", std::nullopt},
      {"30m1h", std::nullopt},
      {"1h1h", std::nullopt},
      {"1.5h", std::nullopt},
      {"-5m", std::nullopt},
      {" 5m", std::nullopt},
      {"5m ", std::nullopt},
      {"5M", std::nullopt},
      {"9999999999s", std::nullopt},
  }));
  CAPTURE(row.text);
  const auto duration = ParseDuration(row.text);
  REQUIRE(duration.has_value() == row.seconds.has_value());
  if (row.seconds) CHECK(duration->count() == *row.seconds);
  Proves("RO-050");
}

struct ErrorRow {
  std::vector<RolloutStep> steps;
  std::string error;  // its beginning
};

TEST_CASE("steps that cannot be carried out are refused by the name of their field (RO-050)") {
  const auto row = GENERATE(values<ErrorRow>({
      {{SetUpdated(Pods(1)), Pause("1d")}, "spec.strategy.steps[1].pause.duration: \"1d\""},
      {{SetUpdated(Pods(0))}, "spec.strategy.steps[0].setUpdated: 0 updates no Pod"},
      {{SetUpdated(Share("0%"))}, "spec.strategy.steps[0].setUpdated: 0 updates no Pod"},
      {{SetUpdated(Pods(-1))}, "spec.strategy.steps[0].setUpdated: \"-1\" is negative"},
      {{SetUpdated(Share("half"))}, "spec.strategy.steps[0].setUpdated: \"half\""},
      {{Pause(), RolloutStep{}}, "spec.strategy.steps[1]: is empty"},
      {{RolloutStep{.set_updated = Pods(1), .pause = true}},
       "spec.strategy.steps[0]: has setUpdated and pause"},
  }));
  CAPTURE(row.error);
  const std::string error = StepsError({.type = "RollingUpdate", .steps = row.steps});
  CAPTURE(error);
  CHECK(error.starts_with(row.error));
  Proves("RO-050");
}

TEST_CASE("steps that can be carried out are not refused (RO-050)") {
  Fixture f;
  CHECK(StepsError({.type = "RollingUpdate", .steps = f.steps}).empty());
  CHECK(StepsError({.type = "InPlaceOnly", .steps = f.steps}).empty());
  CHECK(StepsError({.type = "Recreate"}).empty());
  const std::string recreate = StepsError({.type = "Recreate", .steps = f.steps});
  CHECK(recreate.starts_with("spec.strategy.steps: Recreate updates all Pods at once"));
  Proves("RO-050");
}

struct PodsRow {
  IntOrPercent set_updated;
  int32_t desired;
  int32_t pods;
};

TEST_CASE("a percentage is at least one Pod, and below 100% never all (RO-051)") {
  const auto row = GENERATE(values<PodsRow>({
      {Share("25%"), 10, 3},  // 2.5 rounded up
      {Share("50%"), 10, 5},
      {Share("1%"), 10, 1},
      {Share("99%"), 10, 9},  // 9.9 rounded up would be all
      {Share("91%"), 10, 9},
      {Share("90%"), 10, 9},
      {Share("100%"), 10, 10},
      {Share("1%"), 1000, 10},
      {Share("1%"), 2, 1},
      {Share("99%"), 2, 1},
      {Share("50%"), 3, 2},
      {Share("99%"), 1, 0},  // one would be all
      {Share("1%"), 1, 0},
      {Share("100%"), 1, 1},
      {Share("50%"), 0, 0},
      {Share("100%"), 0, 0},
      {Pods(3), 10, 3},
      {Pods(10), 10, 10},
      {Pods(30), 10, 10},
      {Pods(1), 1, 1},
      {Pods(5), 0, 0},
      {Share("99%"), 2147483647, 2126008811},  // 2,126,008,810.53 rounded up
      {Share("half"), 10, 0},
      {Pods(-1), 10, 0},
  }));
  CAPTURE(row.set_updated.string_value, row.set_updated.int_value, row.desired);
  CHECK(UpdatedBy(row.set_updated, row.desired) == row.pods);
  Proves("RO-051");
}

TEST_CASE("a step setUpdated lasts until its Pods are available (RO-052)") {
  Fixture f;
  f.Store(3);
  f.Available(4);
  SECTION("too few Pods") {
    const StepState state = StepNow(f.facts);
    CHECK(state.step == *f.facts.stored);
    CHECK(state.updated_max == 5);
    CHECK_FALSE(state.next);
    CHECK_FALSE(state.pauses);
  }
  SECTION("enough Pods, of which one is not available") {
    f.facts.updated = 5;
    CHECK_FALSE(StepNow(f.facts).next);
  }
  SECTION("enough available Pods, of which one is not updated") {
    f.facts.available = 5;
    CHECK_FALSE(StepNow(f.facts).next);
  }
  SECTION("enough") {
    f.Available(5);
    f.facts.now = kStart + seconds(90);
    const StepState state = StepNow(f.facts);
    CHECK(state.step == *f.facts.stored);  // in force until the next one is stored
    REQUIRE(state.next);
    CHECK(*state.next == RolloutStepStatus{.index = 4,
                                           .total = 4,
                                           .started_at = kStart + seconds(90),
                                           .revision = 8,
                                           .template_id = "t-new"});
  }
  Proves("RO-052");
}

TEST_CASE("a step below an earlier one takes no Pod back (RO-052)") {
  Fixture f;
  f.steps = {SetUpdated(Pods(5)), SetUpdated(Share("20%")), Pause()};
  f.facts.steps = f.steps;
  f.Available(5);
  f.Store(2);
  CHECK(StepNow(f.facts).updated_max == 5);
  REQUIRE(StepNow(f.facts).next);
  CHECK(StepNow(f.facts).next->index == 3);
  f.Store(3);
  CHECK(StepNow(f.facts).updated_max == 5);
  Proves("RO-052");
}

TEST_CASE("a first step that is a pause lets no Pod change (RO-052)") {
  Fixture f;
  f.steps = {Pause(), SetUpdated(Pods(3))};
  f.facts.steps = f.steps;
  const StepState state = StepNow(f.facts);
  CHECK(state.step.index == 1);
  CHECK(state.pauses);
  CHECK(state.updated_max == 0);
  CHECK_FALSE(state.next);
  Proves("RO-052");
}

TEST_CASE("a pause with a duration ends when that has passed since the step began (RO-053)") {
  Fixture f;
  f.Store(2);
  f.Available(1);
  f.facts.now = kStart + seconds(599);
  const StepState waits = StepNow(f.facts);
  CHECK(waits.pauses);
  CHECK(waits.until == kStart + seconds(600));
  CHECK(waits.updated_max == 1);
  CHECK_FALSE(waits.next);

  f.facts.now = kStart + seconds(600);
  const StepState over = StepNow(f.facts);
  CHECK_FALSE(over.pauses);
  CHECK(over.updated_max == 1);  // 50% is not in force yet
  REQUIRE(over.next);
  CHECK(over.next->index == 3);
  CHECK(over.next->started_at == kStart + seconds(600));
  Proves("RO-053");
}

TEST_CASE("a pause whose beginning was lost begins now (RO-053)") {
  Fixture f;
  f.Store(2, WallTime{});
  const StepState state = StepNow(f.facts);
  CHECK(state.step.started_at == kStart);
  CHECK(state.until == kStart + seconds(600));
  CHECK_FALSE(state.next);
  Proves("RO-053");
}

struct PromoteRow {
  int32_t step;  // under way
  std::string promote;
  bool ends;
};

TEST_CASE("a pause is left by the annotation that names it and its revision (RO-054)") {
  const auto row = GENERATE(values<PromoteRow>({
      {4, "4@8", true},
      {4, "", false},
      {4, "4@7", false},  // of an earlier rollout
      {4, "2@8", false},  // of an earlier step
      {4, "5@8", false},
      {4, "4", false},
      {4, "4@8 ", false},
      {4, "04@8", false},
      {2, "2@8", true},   // also one with a duration
      {3, "3@8", false},  // no pause: its Pods must be available
  }));
  CAPTURE(row.step, row.promote);
  Fixture f;
  f.Store(row.step);
  f.Available(row.step == 3 ? 4 : 5);
  f.facts.promote = row.promote;
  const StepState state = StepNow(f.facts);
  CHECK(state.next.has_value() == row.ends);
  if (row.ends) CHECK(state.next->index == row.step + 1);
  Proves("RO-054");
}

TEST_CASE("the value that promotes a step is its number and revision (RO-054)") {
  CHECK(PromoteText({.index = 2, .total = 4, .started_at = kStart, .revision = 8}) == "2@8");
  Proves("RO-054");
}

TEST_CASE("after the last step nothing is held back (RO-052)") {
  Fixture f;
  f.Store(4);
  f.Available(5);
  f.facts.promote = "4@8";
  const StepState last = StepNow(f.facts);
  CHECK(last.updated_max == 5);
  REQUIRE(last.next);
  CHECK(last.next->index == 5);
  f.facts.stored = last.next;
  const StepState done = StepNow(f.facts);
  CHECK(done.done());
  CHECK(done.updated_max == kUnlimited);
  CHECK_FALSE(done.next);
  Proves("RO-052");
}

TEST_CASE("a new template begins at step 1 (RO-055)") {
  Fixture f;
  f.Store(5);
  f.facts.template_id = "t-newer";
  f.facts.revision = 9;
  f.facts.now = kStart + seconds(7);
  const StepState state = StepNow(f.facts);
  CHECK(state.step == RolloutStepStatus{.index = 1,
                                        .total = 4,
                                        .started_at = kStart + seconds(7),
                                        .revision = 9,
                                        .template_id = "t-newer"});
  CHECK(state.updated_max == 1);
  Proves("RO-055");
}

TEST_CASE("another revision of the same template goes on where it was (RO-055)") {
  Fixture f;
  f.Store(4);
  f.Available(5);
  f.facts.revision = 11;  // raised above that of an adopted ReplicaSet
  const StepState state = StepNow(f.facts);
  CHECK(state.step.index == 4);
  CHECK(state.step.revision == 11);
  CHECK(PromoteText(state.step) == "4@11");
  Proves("RO-055");
}

TEST_CASE("edited steps go on at the same number, and what was done stays done (RO-055)") {
  Fixture f;
  SECTION("fewer steps than were begun") {
    f.Store(4);
    f.steps.resize(2);
    f.facts.steps = f.steps;
    CHECK(StepNow(f.facts).done());
    CHECK(StepNow(f.facts).step.total == 2);
  }
  SECTION("one more step after all were done") {
    f.Store(5);
    f.steps.push_back(Pause());
    f.facts.steps = f.steps;
    CHECK(StepNow(f.facts).done());
    CHECK(StepNow(f.facts).step.index == 6);
  }
  SECTION("one more step in the middle") {
    f.Store(3);
    f.steps.push_back(Pause());
    f.facts.steps = f.steps;
    CHECK(StepNow(f.facts).step.index == 3);
    CHECK(StepNow(f.facts).step.total == 5);
  }
  Proves("RO-055");
}

TEST_CASE("a stored step that makes no sense is the nearest that does (RO-055)") {
  Fixture f;
  f.Store(-3);
  CHECK(StepNow(f.facts).step.index == 1);
  f.Store(0);
  CHECK(StepNow(f.facts).step.index == 1);
  f.Store(2147483647);
  CHECK(StepNow(f.facts).done());
  CHECK(StepNow(f.facts).step.index == 5);
  Proves("RO-055");
}

TEST_CASE("all steps are done if there is nothing to hold back (RO-056)") {
  Fixture f;
  f.facts.holds_nothing = true;
  SECTION("before the first step") { CHECK_FALSE(f.facts.stored); }
  SECTION("in the middle") { f.Store(2); }
  const StepState state = StepNow(f.facts);
  CHECK(state.done());
  CHECK(state.step.index == 5);
  CHECK(state.updated_max == kUnlimited);
  CHECK_FALSE(state.pauses);
  CHECK_FALSE(state.next);
  Proves("RO-056");
}

TEST_CASE("a step's Pods follow the number of replicas (RO-057)") {
  Fixture f;
  f.Store(4);
  f.Available(5);
  f.facts.desired = 20;
  CHECK(StepNow(f.facts).updated_max == 10);
  CHECK(StepNow(f.facts).pauses);  // the pause goes on meanwhile
  f.facts.desired = 4;
  CHECK(StepNow(f.facts).updated_max == 2);
  f.facts.desired = 1;
  CHECK(StepNow(f.facts).updated_max == 1);  // setUpdated: 1; 50% of one Pod is none
  Proves("RO-057");
}

}  // namespace
}  // namespace windlass::rollout::steps_test
