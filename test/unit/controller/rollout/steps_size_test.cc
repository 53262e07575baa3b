// Steps at sizes that change: how many Pods may have the new revision, and which size a step goes
// by.
#include <span>
#include <string>
#include <vector>

#include "controller/rollout/steps.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/step_course.h"

namespace windlass::rollout::steps_size_test {
namespace {

TEST_CASE("a step's Pods follow the number of replicas (RO-057)") {
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
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

// Five of one is the one Pod that there is, and no wish for all three of later.
TEST_CASE("a number that began with one replica leaves an old Pod of more (RO-191)") {
  StepCourse f;
  f.steps = {SetUpdated(Pods(5)), Pause()};
  f.facts.steps = f.steps;
  f.Store(1);
  f.facts.stored->replicas = 1;
  f.facts.desired = 1;
  CHECK(StepNow(f.facts).updated_max == 1);
  f.facts.desired = 3;
  CHECK(StepNow(f.facts).updated_max == 2);
  Proves("RO-191");
}

TEST_CASE("a step that begins with more replicas than the one before keeps an old Pod (RO-191)") {
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
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
  StepCourse f;
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

}  // namespace
}  // namespace windlass::rollout::steps_size_test
