// Steps: what each means, when it is over, and how many Pods may have the new revision.
#include "controller/rollout/steps.h"

#include <span>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/step_course.h"

namespace windlass::rollout::steps_test {
namespace {

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
      {{SetUpdated(Pods(0))}, "spec.strategy.steps[0].setUpdated: must be above 0"},
      {{SetUpdated(Share("0%"))}, "spec.strategy.steps[0].setUpdated: must be above 0"},
      {{SetUpdated(Pods(-1))}, "spec.strategy.steps[0].setUpdated: \"-1\" is negative"},
      {{SetUpdated(Share("101%"))}, "spec.strategy.steps[0].setUpdated: \"101%\" is more than all"},
      {{SetUpdated(Share("half"))}, "spec.strategy.steps[0].setUpdated: \"half\""},
      {{Pause(), RolloutStep{}}, "spec.strategy.steps[1]: is empty"},
      {{RolloutStep{.set_updated = Pods(1), .pause = true}},
       "spec.strategy.steps[0]: has both setUpdated and pause"},
  }));
  CAPTURE(row.error);
  const std::string error = StepsError({.type = "RollingUpdate", .steps = row.steps});
  CAPTURE(error);
  CHECK(error.starts_with(row.error));
  Proves("RO-050");
}

TEST_CASE("steps that can be carried out are not refused (RO-050)") {
  StepCourse f;
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
  StepCourse f;
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
                                           .template_id = "t-new",
                                           .replicas = 10,
                                           .available_since = kStart + seconds(90),
                                           .available = 5,
                                           .available_of = 10});
  }
  Proves("RO-052");
}

TEST_CASE("a step below an earlier one takes no Pod back (RO-052)") {
  StepCourse f;
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
  StepCourse f;
  f.steps = {Pause(), SetUpdated(Pods(3))};
  f.facts.steps = f.steps;
  const StepState state = StepNow(f.facts);
  CHECK(state.step.index == 1);
  CHECK(state.pauses);
  CHECK(state.updated_max == 0);
  CHECK_FALSE(state.next);
  Proves("RO-052");
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
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
  f.Store(5);
  f.facts.template_id = "t-newer";
  f.facts.revision = 9;
  f.facts.now = kStart + seconds(7);
  const StepState state = StepNow(f.facts);
  CHECK(state.step == RolloutStepStatus{.index = 1,
                                        .total = 4,
                                        .started_at = kStart + seconds(7),
                                        .revision = 9,
                                        .template_id = "t-newer",
                                        .replicas = 10});
  CHECK(state.updated_max == 1);
  Proves("RO-055");
}

TEST_CASE("another revision of the same template goes on where it was (RO-055)") {
  StepCourse f;
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
  StepCourse f;
  SECTION("fewer steps than were begun: the last pause that is left (RO-132)") {
    f.Store(4);
    f.Available(5);
    f.steps.resize(2);
    f.facts.steps = f.steps;
    for (int i = 0; i < 2; ++i) {  // also after it was stored
      const StepState state = StepNow(f.facts);
      CHECK(state.step.index == 2);
      CHECK(state.step.total == 2);
      CHECK(state.step.shortened_from == 4);
      CHECK(state.pauses);
      CHECK_FALSE(state.until);  // 10 minutes were over before
      CHECK_FALSE(state.next);
      CHECK(state.updated_max == 1);
      f.facts.stored = state.step;
    }
    f.facts.promote = "2@8";  // ended this pause before
    CHECK_FALSE(StepNow(f.facts).next);
    f.facts.promote = "4@8";
    REQUIRE(StepNow(f.facts).next);
    CHECK(StepNow(f.facts).next->index == 3);
  }
  SECTION(
      "fewer steps, twice: what ended the pause that is now the last one ends nothing (RO-132)") {
    f.Store(4);
    f.Available(5);
    for (const size_t left : {2, 1}) {
      f.steps.resize(left);
      f.facts.steps = f.steps;
      f.facts.stored = StepNow(f.facts).step;
      CHECK(f.facts.stored->shortened_from == 4);
    }
    f.facts.promote = "2@8";
    CHECK_FALSE(StepNow(f.facts).next);
    f.facts.promote = "4@8";
    CHECK(StepNow(f.facts).next);
  }
  SECTION("fewer steps, of which none is a pause: a pause after the last (RO-132)") {
    f.Store(4);
    f.Available(5);
    f.steps.resize(1);
    f.facts.steps = f.steps;
    f.facts.stored = StepNow(f.facts).step;
    CHECK(f.facts.stored->index == 1);
    CHECK(StepNow(f.facts).pauses);
    f.facts.promote = "4@8";
    REQUIRE(StepNow(f.facts).next);
    CHECK(StepNow(f.facts).next->shortened_from == 0);
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
  Proves("RO-055 RO-132");
}

TEST_CASE("a stored step that makes no sense is the nearest that does (RO-055)") {
  StepCourse f;
  f.Store(-3);
  CHECK(StepNow(f.facts).step.index == 1);
  f.Store(0);
  CHECK(StepNow(f.facts).step.index == 1);
  f.Store(2147483647);
  CHECK(StepNow(f.facts).done());
  CHECK(StepNow(f.facts).step.index == 5);
  Proves("RO-055");
}

TEST_CASE("all steps are done for the first rollout, and for a proven revision (RO-056)") {
  StepCourse f;
  SECTION("there is no other revision") { f.facts.is_first = true; }
  SECTION("a revision that was complete once") { f.facts.was_complete = true; }
  SECTION("the same in the middle of the steps") {
    f.facts.was_complete = true;
    f.Store(2);
  }
  const StepState state = StepNow(f.facts);
  CHECK(state.done());
  CHECK(state.step.index == 5);
  CHECK(state.updated_max == kUnlimited);
  CHECK_FALSE(state.pauses);
  CHECK_FALSE(state.next);
  Proves("RO-056");
}

TEST_CASE("a list that is long enough again goes on where it was (RO-132)") {
  StepCourse f;
  f.Store(4);
  f.Available(5);
  f.facts.steps = std::span(f.steps).first(2);
  f.facts.stored = StepNow(f.facts).step;
  CHECK(f.facts.stored->index == 2);
  f.facts.steps = f.steps;
  f.facts.promote = "2@8";
  CHECK(StepNow(f.facts).step.index == 4);
  CHECK_FALSE(StepNow(f.facts).next);
  Proves("RO-132");
}

struct FullRow {
  std::string promote;
  int32_t step;
  int32_t updated;
  int32_t available;
  bool ends;
};

TEST_CASE("all steps end by one value, if the Pods that were updated work (RO-133)") {
  const auto row = GENERATE(values<FullRow>({
      {"full@8", 2, 1, 1, true},
      {"full@8", 2, 1, 0, false},
      {"full@8/force", 2, 1, 0, true},
      {"full@7", 2, 1, 1, false},
      {"full@7/force", 2, 1, 1, false},
      {"full@8", 3, 3, 3, true},  // before its five are there
      {"full@8", 3, 3, 2, false},
      {"full@8", 1, 0, 0, false},  // not before one Pod works
      {"full@8/force", 1, 0, 0, true},
      {"full", 2, 1, 1, false},
      {"2@8/forced", 2, 1, 0, false},
  }));
  CAPTURE(row.promote, row.step, row.updated, row.available);
  StepCourse f;
  f.Store(row.step);
  f.facts.updated = row.updated;
  f.facts.available = row.available;
  f.facts.promote = row.promote;
  const StepState state = StepNow(f.facts);
  REQUIRE(state.next.has_value() == row.ends);
  if (row.ends) CHECK(state.next->index == 5);
  Proves("RO-133");
}

// A bake: all Pods have the new revision, and it is not complete before its hour is over.
TEST_CASE("a pause is a pause also at 100% and with one replica (RO-134)") {
  StepCourse f;
  const int32_t replicas = GENERATE(1, 10);
  f.steps = {SetUpdated(Share("100%")), Pause("1h")};
  f.facts.steps = f.steps;
  f.facts.desired = replicas;
  f.Available(replicas);
  f.Store(1);
  f.facts.stored = StepNow(f.facts).next;
  REQUIRE(f.facts.stored);
  CHECK(StepNow(f.facts).pauses);
  CHECK(StepNow(f.facts).updated_max == replicas);
  f.facts.now = kStart + seconds(3600);
  REQUIRE(StepNow(f.facts).next);
  CHECK(StepNow(f.facts).next->index == 3);
  Proves("RO-134");
}

}  // namespace
}  // namespace windlass::rollout::steps_test
