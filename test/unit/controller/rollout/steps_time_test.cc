// The time of a pause: from when it counts, and what begins it anew.
#include <span>
#include <string>
#include <vector>

#include "controller/rollout/steps.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/step_course.h"

namespace windlass::rollout::steps_time_test {
namespace {

TEST_CASE("a pause with a duration ends when its Pods were available for that long (RO-053)") {
  StepCourse f;
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
  StepCourse f;
  f.Store(2, WallTime{});
  f.Available(1);
  const StepState state = StepNow(f.facts);
  CHECK(state.step.started_at == kStart);
  CHECK(state.until == kStart + seconds(600));
  CHECK_FALSE(state.next);
  Proves("RO-053");
}

TEST_CASE("without replicas no step is over and no time runs (RO-130, RO-131)") {
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
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

TEST_CASE("while Pods cannot be counted nothing begins and nothing ends (RO-131)") {
  StepCourse f;
  f.facts.can_count = false;
  f.Store(2);
  f.facts.now = kStart + seconds(6000);
  CHECK(StepNow(f.facts).pauses);
  CHECK(StepNow(f.facts).step == *f.facts.stored);
  CHECK_FALSE(StepNow(f.facts).next);
  Proves("RO-131");
}

TEST_CASE("v0.1.0 counted a pause from its beginning (RO-131)") {
  StepCourse f;
  f.Store(2);
  f.Available(1);
  f.facts.stored->replicas.reset();
  f.facts.stored->available_since = {};
  f.facts.now = kStart + seconds(300);
  CHECK(StepNow(f.facts).until == kStart + seconds(600));
  Proves("RO-131");
}

}  // namespace
}  // namespace windlass::rollout::steps_time_test
