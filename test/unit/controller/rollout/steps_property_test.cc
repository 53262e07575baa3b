// Properties of steps, for all steps, sizes and counters.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/rollout/steps.h"
#include "test/property.h"
#include "test/proves.h"

namespace windlass::rollout::steps_property_test {
namespace {

IntOrPercent AnyShare(int from) {
  return IntOrPercent::Percent(std::to_string(*rc::gen::inRange(from, 101)) + "%");
}

RolloutStep AnyStep() {
  switch (*rc::gen::inRange(0, 4)) {
    case 0: return {.set_updated = IntOrPercent::Int(*rc::gen::inRange(1, 15))};
    case 1: return {.set_updated = AnyShare(1)};
    case 2: return {.pause = true};
    default: return {.pause = true, .duration = std::to_string(*rc::gen::inRange(1, 100)) + "s"};
  }
}

// A rollout as the cluster may show it, with a clock.
struct Rollout {
  Rollout() {
    const int count = *rc::gen::inRange(1, 8);
    for (int i = 0; i < count; ++i) steps.push_back(AnyStep());
  }

  StepFacts Facts() const {
    return {.steps = steps,
            .stored = stored,
            .template_id = template_id,
            .revision = revision,
            .desired = desired,
            .updated = updated,
            .available = available,
            .promote = promote,
            .now = now};
  }

  // Something happens: Pods, replicas, the clock, the annotation, the revision.
  void Move() {
    desired = *rc::gen::inRange(0, 14);
    updated = *rc::gen::inRange(0, desired + 1);
    available = *rc::gen::inRange(0, desired + 1);
    now = now + seconds(*rc::gen::inRange(0, 60));
    revision += *rc::gen::inRange(0, 2);
    promote = std::to_string(*rc::gen::inRange(1, 9)) + "@" + std::to_string(revision);
  }

  std::vector<RolloutStep> steps;
  std::optional<RolloutStepStatus> stored;
  std::string template_id = "t-1";
  int64_t revision = 1;
  int32_t desired = 10;
  int32_t updated = 0;
  int32_t available = 0;
  std::string promote;
  WallTime now{1'800'000'000};
};

TEST_CASE("below 100% at least one Pod and never all have the new revision") {
  CheckProperty("k in [1, N - 1] (RO-051)", [] {
    const int32_t desired = *rc::gen::inRange(2, 100000);
    const int percent = *rc::gen::inRange(1, 100);
    const int32_t pods = UpdatedBy(IntOrPercent::Percent(std::to_string(percent) + "%"), desired);
    RC_ASSERT(pods >= 1);
    RC_ASSERT(pods <= desired - 1);
    // Never less than the share, unless that would be all of them.
    RC_ASSERT(int64_t{pods} * 100 >= int64_t{percent} * desired || pods == desired - 1);
  });
  CheckProperty("100% is all (RO-051)", [] {
    const int32_t desired = *rc::gen::inRange(0, 100000);
    RC_ASSERT(UpdatedBy(IntOrPercent::Percent("100%"), desired) == desired);
  });
  Proves("RO-051");
}

TEST_CASE("a higher percentage never means fewer Pods, nor do more replicas") {
  CheckProperty("monotone (RO-051)", [] {
    const int32_t desired = *rc::gen::inRange(0, 300);
    const int lower = *rc::gen::inRange(1, 101);
    const int higher = *rc::gen::inRange(lower, 101);
    const auto pods = [](int percent, int32_t of) {
      return UpdatedBy(IntOrPercent::Percent(std::to_string(percent) + "%"), of);
    };
    RC_ASSERT(pods(lower, desired) <= pods(higher, desired));
    RC_ASSERT(pods(lower, desired) <= pods(lower, desired + 1));
  });
  Proves("RO-051 RO-057");
}

TEST_CASE("the step never goes back and never jumps while the template is the same") {
  CheckProperty("index (RO-055)", [] {
    Rollout rollout;
    int32_t index = 0;
    for (int i = 0; i < 30; ++i) {
      rollout.Move();
      const StepState state = StepNow(rollout.Facts());
      RC_ASSERT(state.step.index >= index);
      RC_ASSERT(state.step.index <= static_cast<int32_t>(rollout.steps.size()) + 1);
      const bool is_next = !state.next || state.next->index == state.step.index + 1;
      RC_ASSERT(is_next);
      index = state.step.index;
      rollout.stored = state.next ? state.next : state.step;
    }
  });
  Proves("RO-055");
}

TEST_CASE("what is stored is in force, so a crash before a write of the status loses no step") {
  CheckProperty("crash (RO-058)", [] {
    Rollout rollout;
    for (int i = 0; i < 20; ++i) {
      rollout.Move();
      const StepState before = StepNow(rollout.Facts());
      if (*rc::gen::inRange(0, 2) == 0) {
        // The write happened, and the process ended after it.
        const RolloutStepStatus written = before.next ? *before.next : before.step;
        rollout.stored = written;
        const StepState after = StepNow(rollout.Facts());
        RC_ASSERT(after.step == written);
      } else {
        // It did not happen: the next process finds the same step, and the same one after it.
        const StepState after = StepNow(rollout.Facts());
        RC_ASSERT(after.step == before.step);
        RC_ASSERT(after.next == before.next);
      }
    }
  });
  Proves("RO-058");
}

TEST_CASE("the limit never shrinks from step to step, and is none only when all are done") {
  CheckProperty("limit (RO-052)", [] {
    Rollout rollout;
    rollout.desired = *rc::gen::inRange(0, 14);
    int32_t limit = 0;
    const int32_t total = static_cast<int32_t>(rollout.steps.size());
    for (int32_t index = 1; index <= total + 1; ++index) {
      rollout.stored = RolloutStepStatus{.index = index,
                                         .total = total,
                                         .started_at = rollout.now,
                                         .revision = 1,
                                         .template_id = rollout.template_id};
      const StepState state = StepNow(rollout.Facts());
      RC_ASSERT(state.updated_max >= limit);
      RC_ASSERT(state.done() == (index > total));
      RC_ASSERT(state.done() == (state.updated_max == kUnlimited));
      RC_ASSERT(state.done() || state.updated_max <= rollout.desired);
      limit = state.updated_max;
    }
  });
  Proves("RO-052");
}

TEST_CASE("every rollout whose Pods become available ends, if each pause is promoted") {
  CheckProperty("end (RO-052, RO-054)", [] {
    Rollout rollout;
    for (size_t i = 0; i <= rollout.steps.size(); ++i) {
      StepState state = StepNow(rollout.Facts());
      rollout.updated = rollout.available = std::min(state.updated_max, rollout.desired);
      rollout.promote = PromoteText(state.step);
      state = StepNow(rollout.Facts());
      rollout.stored = state.next ? state.next : state.step;
    }
    RC_ASSERT(StepNow(rollout.Facts()).done());
  });
  Proves("RO-052 RO-054");
}

}  // namespace
}  // namespace windlass::rollout::steps_property_test
