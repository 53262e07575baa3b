// Steps: what each means, when it is over, and how many Pods may have the new revision.
#include "controller/rollout/steps.h"

#include <span>
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

  // Stores a step that began with 10 replicas. The Pods of a pause are available since then.
  void Store(int32_t index, WallTime started_at = kStart) {
    facts.stored = RolloutStepStatus{.index = index,
                                     .total = static_cast<int32_t>(steps.size()),
                                     .started_at = started_at,
                                     .revision = 8,
                                     .template_id = "t-new",
                                     .replicas = 10};
    const bool known = index >= 1 && index <= facts.stored->total;
    if (!known || !steps[static_cast<size_t>(index - 1)].pause) return;
    facts.stored->available_since = started_at;
    facts.stored->available = index == 2 ? 1 : 5;
    facts.stored->available_of = 10;
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
                                           .template_id = "t-new",
                                           .replicas = 10,
                                           .available_since = kStart + seconds(90),
                                           .available = 5,
                                           .available_of = 10});
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

TEST_CASE("a pause with a duration ends when its Pods were available for that long (RO-053)") {
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
  f.Available(1);
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
                                        .template_id = "t-newer",
                                        .replicas = 10});
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

TEST_CASE("all steps are done for the first rollout, and for a proven revision (RO-056)") {
  Fixture f;
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
  CHECK(StepNow(f.facts).updated_max == 0);  // the one Pod stays old, as five of ten did
  Proves("RO-057");
}

struct KeptRow {
  std::string id;
  IntOrPercent set_updated;
  int32_t began_with;
  int32_t desired;
  int32_t updated_max;
};

// An autoscaler at night must not roll out what was held at one Pod of ten.
TEST_CASE("a step keeps an old Pod, whatever the size is, if it kept one at first (RO-130)") {
  const auto row = GENERATE(values<KeptRow>({
      {"scaled down to the number of the step", Pods(2), 10, 2, 1},
      {"scaled down below it", Pods(5), 10, 3, 2},
      {"scaled down to one", Pods(2), 10, 1, 0},
      {"scaled down to none", Pods(2), 10, 0, 0},
      {"grown again", Pods(2), 10, 10, 2},
      {"all were asked for", Pods(2), 2, 2, 2},
      {"all were asked for, and there are more now", Pods(2), 2, 10, 2},
      {"one of one was asked for", Pods(1), 1, 1, 1},
      {"one of one, grown", Pods(1), 1, 10, 1},
      {"five of one", Pods(5), 1, 1, 1},
      {"five of one, grown", Pods(5), 1, 3, 2},
      {"five of one, grown more", Pods(5), 1, 10, 5},
      {"all by percentage", Share("100%"), 10, 7, 7},
      {"all by percentage, begun without replicas", Share("100%"), 0, 7, 7},
      {"a number, begun without replicas", Pods(7), 0, 8, 7},
      {"the same, and all were asked for", Pods(7), 0, 7, 7},
      {"a percentage", Share("99%"), 10, 2, 1},
  }));
  CAPTURE(row.id);
  Fixture f;
  f.steps = {SetUpdated(row.set_updated), Pause()};
  f.facts.steps = f.steps;
  f.Store(2);
  f.facts.stored->replicas = row.began_with;
  f.facts.desired = row.desired;
  CHECK(StepNow(f.facts).updated_max == row.updated_max);
  Proves("RO-130");
}

// The second step of a list asks for no more than the first did when it began.
TEST_CASE("a lower step asks for all only if it says so itself (RO-130)") {
  Fixture f;
  f.steps = {SetUpdated(Pods(3)), SetUpdated(Pods(1)), Pause()};
  f.facts.steps = f.steps;
  f.Store(1);
  f.facts.desired = 3;  // begun with ten
  f.Available(2);
  f.facts.stored = StepNow(f.facts).next;
  REQUIRE(f.facts.stored);
  CHECK(f.facts.stored->index == 2);
  CHECK(StepNow(f.facts).updated_max == 2);
  f.facts.stored = StepNow(f.facts).next;
  REQUIRE(f.facts.stored);
  CHECK(StepNow(f.facts).pauses);
  CHECK(StepNow(f.facts).updated_max == 2);
  Proves("RO-130");
}

// An autoscaler scales to one replica while the first step is in force. That is no wish of its user
// for all Pods, and proves none.
TEST_CASE("scaling to one replica ends no step, and later ones keep the old Pod (RO-130, RO-190)") {
  Fixture f;
  const bool by_percentage = GENERATE(false, true);
  f.steps = {SetUpdated(by_percentage ? Share("30%") : Pods(3)), SetUpdated(Pods(1)), Pause()};
  f.facts.steps = f.steps;
  f.Store(1);
  f.facts.desired = 1;
  CHECK_FALSE(StepNow(f.facts).next);
  CHECK(StepNow(f.facts).updated_max == 0);
  f.facts.desired = 10;
  CHECK(StepNow(f.facts).updated_max == 3);
  f.Available(3);
  f.facts.stored = StepNow(f.facts).next;
  REQUIRE(f.facts.stored);
  CHECK(f.facts.stored->index == 2);
  f.facts.desired = 1;
  CHECK(StepNow(f.facts).updated_max == 0);
  Proves("RO-130 RO-190");
}

// A pause before the first Pod has nothing to prove. What follows it begins with one replica.
TEST_CASE("a number begins with one replica as with the ten of before (RO-190, RO-191)") {
  Fixture f;
  f.steps = {Pause(), SetUpdated(Pods(5)), Pause()};
  f.facts.steps = f.steps;
  f.Store(1);
  f.facts.stored->available = f.facts.stored->available_of = 0;
  f.facts.desired = 1;
  f.facts.promote = "1@8";
  f.facts.stored = StepNow(f.facts).next;
  REQUIRE(f.facts.stored);
  CHECK(f.facts.stored->replicas == 10);
  CHECK(StepNow(f.facts).no_canary);
  CHECK_FALSE(StepNow(f.facts).next);
  f.facts.desired = 3;
  CHECK(StepNow(f.facts).updated_max == 2);
  Proves("RO-190 RO-191");
}

// Two of ten Pods may be all Pods of an autoscaler's night. Its user has not asked for that.
TEST_CASE("scaling down lets no number of a later step become all Pods (RO-130, RO-191)") {
  Fixture f;
  f.steps = {SetUpdated(Pods(1)), SetUpdated(Pods(3)), Pause()};
  f.facts.steps = f.steps;
  f.Store(1);
  f.facts.desired = 2;
  f.Available(1);
  f.facts.stored = StepNow(f.facts).next;
  REQUIRE(f.facts.stored);
  CHECK(f.facts.stored->replicas == 10);
  CHECK(StepNow(f.facts).updated_max == 1);
  f.facts.desired = 10;
  CHECK(StepNow(f.facts).updated_max == 3);
  Proves("RO-130 RO-191");
}

TEST_CASE("a step that begins with more replicas than the one before keeps an old Pod (RO-191)") {
  Fixture f;
  f.steps = {SetUpdated(Pods(2)), SetUpdated(Pods(3)), Pause()};
  f.facts.steps = f.steps;
  f.Store(1);
  f.facts.stored->replicas = 2;
  f.Available(2);
  f.facts.stored = StepNow(f.facts).next;  // with ten, of which eight are old
  REQUIRE(f.facts.stored);
  CHECK(f.facts.stored->replicas == 10);
  f.facts.desired = 3;
  CHECK(StepNow(f.facts).updated_max == 2);
  Proves("RO-191");
}

struct WokenRow {
  std::string id;
  IntOrPercent set_updated;
  int32_t woken_to;
  int32_t due;
};

// A template that came without replicas. It must not wait for what one of that size does not need.
TEST_CASE("a step begun without replicas goes on as one begun at the first size (RO-192)") {
  const auto row = GENERATE(values<WokenRow>({
      {"a percentage of one", Share("50%"), 1, 0},
      {"a percentage of ten", Share("50%"), 10, 5},
      {"a number of one", Pods(2), 1, 1},
      {"a number of ten", Pods(2), 10, 2},
      {"all by a number", Pods(2), 2, 2},
  }));
  CAPTURE(row.id);
  Fixture f;
  f.steps = {SetUpdated(row.set_updated), Pause("1m")};
  f.facts.steps = f.steps;
  f.facts.desired = 0;
  f.facts.stored = StepNow(f.facts).step;
  CHECK(f.facts.stored->replicas == 0);
  f.facts.desired = row.woken_to;
  CHECK(StepNow(f.facts).updated_max == row.due);
  CHECK(StepNow(f.facts).step.replicas == row.woken_to);
  CHECK(StepNow(f.facts).next.has_value() == (row.due == 0));
  f.Available(row.due);
  f.facts.stored = StepNow(f.facts).next;
  REQUIRE(f.facts.stored);
  CHECK(StepNow(f.facts).until == kStart + seconds(60));
  f.facts.now = kStart + seconds(60);
  CHECK(StepNow(f.facts).next);
  Proves("RO-192");
}

struct SmallRow {
  std::string id;
  std::vector<RolloutStep> steps;
};

// v2 is broken. An autoscaler scales to one replica, or to none, and back.
TEST_CASE("a step whose Pods the size does not allow is not over (RO-190)") {
  const auto row = GENERATE(values<SmallRow>({
      {"numbers", {SetUpdated(Pods(2)), SetUpdated(Pods(5)), Pause()}},
      {"a number and a percentage", {SetUpdated(Pods(2)), SetUpdated(Share("50%"))}},
      {"after a pause", {Pause(), SetUpdated(Pods(2)), SetUpdated(Pods(5))}},
  }));
  CAPTURE(row.id);
  Fixture f;
  f.steps = row.steps;
  f.facts.steps = f.steps;
  const int32_t index = row.steps[0].pause ? 2 : 1;
  f.Store(index);
  f.facts.desired = GENERATE(1, 0);
  f.Available(0);
  f.facts.promote = GENERATE("", "full@8", "1@8", "2@8");
  const StepState small = StepNow(f.facts);
  CHECK_FALSE(small.next);
  CHECK(small.updated_max == 0);
  CHECK(small.no_canary == (f.facts.desired == 1));
  CHECK(small.pauses == (f.facts.desired == 1));  // nothing moves, and no deadline runs
  CHECK_FALSE(small.lacks_pods);
  f.facts.stored = small.step;
  f.facts.promote = "";
  f.facts.desired = 10;
  f.facts.updated = 2;
  const StepState grown = StepNow(f.facts);
  CHECK(grown.step.index == index);
  CHECK(grown.updated_max == 2);
  CHECK_FALSE(grown.next);
  CHECK_FALSE(grown.pauses);
  f.facts.desired = 1;
  f.facts.promote = "full@8/force";
  REQUIRE(StepNow(f.facts).next);
  CHECK(StepNow(f.facts).next->index > static_cast<int32_t>(f.steps.size()));
  Proves("RO-190 RO-133");
}

// What it passed at one replica it passed by its user's wish. What it began with ten it did not.
TEST_CASE("a Rollout of one replica passes percentages, until it has grown (RO-190)") {
  Fixture f;
  f.steps = {SetUpdated(Share("25%")), Pause("10m"), SetUpdated(Share("50%")), Pause()};
  f.facts.steps = f.steps;
  f.facts.desired = 1;
  f.facts.stored = StepNow(f.facts).step;
  for (const int32_t index : {2, 3, 4}) {
    CAPTURE(index);
    REQUIRE(StepNow(f.facts).next);
    f.facts.stored = StepNow(f.facts).next;
    CHECK(f.facts.stored->index == index);
    f.facts.now = f.facts.now + seconds(600);
  }
  CHECK(StepNow(f.facts).pauses);
  CHECK_FALSE(StepNow(f.facts).no_canary);
  f.facts.promote = "4@8";
  CHECK(StepNow(f.facts).next);
  f.facts.desired = 10;
  f.facts.updated = 5;  // none is available
  f.facts.stored = StepNow(f.facts).step;
  CHECK_FALSE(StepNow(f.facts).next);
  f.facts.desired = 1;
  f.facts.updated = 0;
  CHECK_FALSE(StepNow(f.facts).next);
  CHECK(StepNow(f.facts).no_canary);
  Proves("RO-190");
}

TEST_CASE("without replicas no step is over and no time runs (RO-130, RO-131)") {
  Fixture f;
  f.facts.desired = 0;
  SECTION("a number of Pods") {
    f.Store(3);
    CHECK_FALSE(StepNow(f.facts).pauses);
  }
  SECTION("a pause with a duration") {
    f.Store(2);
    f.facts.now = kStart + seconds(6000);
    const StepState state = StepNow(f.facts);
    CHECK(state.pauses);
    CHECK_FALSE(state.until);
    CHECK(state.step.available_since.IsZero());
  }
  SECTION("a pause that is promoted") {
    f.Store(4);
    f.facts.promote = "4@8";
    CHECK(StepNow(f.facts).pauses);
  }
  CHECK_FALSE(StepNow(f.facts).next);
  CHECK(StepNow(f.facts).updated_max == 0);
  Proves("RO-130 RO-131");
}

TEST_CASE("the time of a pause begins anew when one of its Pods dies (RO-131)") {
  Fixture f;
  f.Store(2);
  f.facts.now = kStart + seconds(300);
  f.Available(0);
  StepState state = StepNow(f.facts);
  CHECK(state.lacks_pods);
  CHECK_FALSE(state.pauses);
  CHECK_FALSE(state.until);
  CHECK(state.step.available_since.IsZero());
  f.facts.stored = state.step;

  f.facts.now = kStart + seconds(700);  // its 10 minutes would be over
  CHECK_FALSE(StepNow(f.facts).next);
  f.facts.promote = "2@8";
  CHECK_FALSE(StepNow(f.facts).next);
  f.facts.promote = "2@8/force";
  CHECK(StepNow(f.facts).next);
  f.facts.promote = "";

  f.Available(1);
  state = StepNow(f.facts);
  CHECK(state.pauses);
  CHECK(state.until == kStart + seconds(1300));
  CHECK(state.step.available == 1);
  Proves("RO-131 RO-133");
}

TEST_CASE("Pods that a larger size adds do not stop the time of a pause (RO-131)") {
  Fixture f;
  f.steps = {SetUpdated(Share("20%")), Pause("10m")};
  f.facts.steps = f.steps;
  f.Store(2);
  f.facts.stored->available = 2;
  f.facts.desired = 20;  // 4 are due
  f.facts.updated = 4;
  f.facts.available = 2;
  f.facts.now = kStart + seconds(300);
  CHECK(StepNow(f.facts).pauses);
  CHECK(StepNow(f.facts).until == kStart + seconds(600));
  f.facts.now = kStart + seconds(900);
  CHECK_FALSE(StepNow(f.facts).next);  // not before all four work
  f.facts.available = 3;
  CHECK_FALSE(StepNow(f.facts).next);
  f.facts.available = 4;
  CHECK(StepNow(f.facts).next);
  f.facts.available = 1;  // one of the two is gone
  CHECK(StepNow(f.facts).lacks_pods);
  Proves("RO-131");
}

// A pause with no Pod due proves nothing about the Pods that a larger size brings.
TEST_CASE("the time of a pause begins with its first Pod (RO-131)") {
  Fixture f;
  f.steps = {SetUpdated(Share("25%")), Pause("1h")};
  f.facts.steps = f.steps;
  f.facts.desired = 1;
  f.Store(1);
  f.facts.stored->replicas = 1;
  f.facts.stored = StepNow(f.facts).next;
  REQUIRE(f.facts.stored);
  CHECK(f.facts.stored->available_since == kStart);  // the one Pod is not updated
  f.facts.desired = 10;
  f.facts.now = kStart + seconds(3500);
  f.facts.stored = StepNow(f.facts).step;
  CHECK(StepNow(f.facts).lacks_pods);
  f.Available(3);
  f.facts.stored = StepNow(f.facts).step;
  CHECK(f.facts.stored->available_since == f.facts.now);
  f.facts.now = kStart + seconds(3700);
  CHECK_FALSE(StepNow(f.facts).next);
  Proves("RO-131");
}

// The Pods that a larger size adds may all work already when the step is looked at first. Then its
// time begins at once: what the status shows must not depend on how often it is looked at (RO-058).
TEST_CASE("the time begins at once if the first Pods of a pause work already (RO-131)") {
  Fixture f;
  f.Store(2);
  f.facts.stored->available_since = kStart;  // of a moment in which no Pod was due
  f.facts.stored->available = 0;
  f.Available(1);
  f.facts.now = kStart + seconds(3500);
  const StepState state = StepNow(f.facts);
  CHECK(state.step.available_since == f.facts.now);
  CHECK(state.step.available == 1);
  CHECK(state.pauses);
  f.facts.stored = state.step;
  CHECK(StepNow(f.facts).step == state.step);
  Proves("RO-131 RO-058");
}

// The Pods of the edited list have not proved anything yet.
// A broken canary is gone because its Rollout was scaled in: that proves nothing of it.
TEST_CASE("where scaling left no canary, only a forced promotion ends a pause (RO-131)") {
  Fixture f;
  f.Store(2);
  f.facts.desired = 1;
  f.Available(0);
  for (const char* promote : {"2@8", "full@8"}) {
    f.facts.promote = promote;
    CHECK_FALSE(StepNow(f.facts).next);
    const std::string forced = std::string(promote) + "/force";
    f.facts.promote = forced;
    CHECK(StepNow(f.facts).next);
  }
  Proves("RO-131");
}

TEST_CASE("an edit that asks for more Pods begins the time of a pause anew (RO-131)") {
  Fixture f;
  f.Store(1);
  f.Available(1);
  f.facts.stored = StepNow(f.facts).next;
  REQUIRE(f.facts.stored);
  CHECK(f.facts.stored->available_since == kStart);
  f.facts.now = kStart + seconds(900);
  f.steps = {SetUpdated(Share("100%")), Pause("15m")};
  f.facts.steps = f.steps;
  f.facts.stored = StepNow(f.facts).step;
  CHECK(StepNow(f.facts).lacks_pods);
  f.Available(10);
  CHECK_FALSE(StepNow(f.facts).next);
  f.facts.stored = StepNow(f.facts).step;
  CHECK(StepNow(f.facts).until == kStart + seconds(1800));
  // Fewer replicas and more again are no edit.
  for (const int32_t desired : {5, 10}) {
    f.facts.desired = desired;
    f.Available(desired);
    f.facts.now = f.facts.now + seconds(60);
    f.facts.stored = StepNow(f.facts).step;
    CHECK(StepNow(f.facts).until == kStart + seconds(1800));
  }
  Proves("RO-131");
}

TEST_CASE("no time runs where scaling down left no canary (RO-131)") {
  Fixture f;
  f.steps = {SetUpdated(Pods(2)), Pause("1h")};
  f.facts.steps = f.steps;
  f.Store(2);
  f.facts.stored->available = 2;
  f.facts.desired = 1;
  for (const int minutes : {1, 70}) {
    f.facts.now = kStart + seconds(60 * minutes);
    const StepState state = StepNow(f.facts);
    CHECK(state.pauses);
    CHECK_FALSE(state.next);
    CHECK(state.step.available_since.IsZero());
    f.facts.stored = state.step;
  }
  Proves("RO-131");
}

TEST_CASE("a list that is long enough again goes on where it was (RO-132)") {
  Fixture f;
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

TEST_CASE("while Pods cannot be counted nothing begins and nothing ends (RO-131)") {
  Fixture f;
  f.facts.can_count = false;
  f.Store(2);
  f.facts.now = kStart + seconds(6000);
  CHECK(StepNow(f.facts).pauses);
  CHECK(StepNow(f.facts).step == *f.facts.stored);
  CHECK_FALSE(StepNow(f.facts).next);
  Proves("RO-131");
}

TEST_CASE("v0.1.0 counted a pause from its beginning (RO-131)") {
  Fixture f;
  f.Store(2);
  f.Available(1);
  f.facts.stored->replicas.reset();
  f.facts.stored->available_since = {};
  f.facts.now = kStart + seconds(300);
  CHECK(StepNow(f.facts).until == kStart + seconds(600));
  Proves("RO-131");
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
  Fixture f;
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
  Fixture f;
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
