#include "controller/rollout/steps.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace windlass::rollout {
namespace {

// More digits are no duration that anybody waits for, and might not fit 64 bits.
constexpr size_t kDigitsMax = 9;

struct TimeUnit {
  char letter;
  int64_t seconds;
};
constexpr TimeUnit kTimeUnits[] = {{'h', 3600}, {'m', 60}, {'s', 1}};

// Takes "30m" off the beginning of `text` and returns 30. Returns nullopt, and leaves `text` as it
// is, if `text` does not begin with a number and `letter`.
std::optional<int64_t> Take(std::string_view& text, char letter) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > kDigitsMax || digits == text.size()) return std::nullopt;
  if (text[digits] != letter) return std::nullopt;
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + digits, number);
  text.remove_prefix(digits + 1);
  return number;
}

// Returns true if `value` is a percentage below 100.
bool IsBelowAll(const IntOrPercent& value) {
  if (value.type == IntOrPercent::Type::kInt) return false;
  const Result<int32_t> of_100 = Resolve(value, 100, /*round_up=*/true);
  return of_100.ok() && *of_100 < 100;
}

// Returns why `step` cannot be carried out, after its field; empty if it can.
std::string StepError(const RolloutStep& step) {
  if (step.set_updated && step.pause) return ": has setUpdated and pause: make two steps of it";
  if (step.pause) {
    if (!step.duration || ParseDuration(*step.duration)) return {};
    return ".pause.duration: \"" + step.duration->substr(0, 64) +
           "\" is no duration: write hours, minutes and seconds such as 1h30m, or leave it out to "
           "wait for annotation " +
           std::string(kPromote);
  }
  if (!step.set_updated) return ": is empty: write setUpdated or pause";
  const Result<int32_t> of_100 = Resolve(*step.set_updated, 100, /*round_up=*/true);
  if (!of_100.ok()) return ".setUpdated: " + of_100.error().message;
  if (*of_100 > 0) return {};
  return ".setUpdated: 0 updates no Pod: write 1 or more; to stop before the first Pod, begin with "
         "a pause";
}

// Returns the step in force.
RolloutStepStatus InForce(const StepFacts& facts) {
  const int32_t total = static_cast<int32_t>(facts.steps.size());
  const int32_t done = total + 1;
  RolloutStepStatus step{.index = 1,
                         .total = total,
                         .started_at = facts.now,
                         .revision = facts.revision,
                         .template_id = std::string(facts.template_id)};
  const auto& stored = facts.stored;
  const bool resumes = stored && stored->template_id == facts.template_id;
  if (resumes) {
    // What was done stays done, although the user may have added steps since.
    step.index = stored->index > stored->total ? done : std::clamp(stored->index, 1, done);
    if (!stored->started_at.IsZero()) step.started_at = stored->started_at;
  }
  if (facts.holds_nothing) step.index = done;
  return step;
}

// Returns when the pause ends by itself; nullopt if it waits to be promoted.
std::optional<WallTime> EndOf(const RolloutStep& pause, const RolloutStepStatus& step) {
  if (!pause.duration) return std::nullopt;
  const std::optional<seconds> duration = ParseDuration(*pause.duration);
  if (!duration) return std::nullopt;
  return step.started_at + *duration;
}

bool IsOver(const StepFacts& facts, const RolloutStepStatus& step) {
  const RolloutStep& what = facts.steps[static_cast<size_t>(step.index - 1)];
  if (what.pause) {
    const std::optional<WallTime> end = EndOf(what, step);
    return facts.promote == PromoteText(step) || (end && facts.now >= *end);
  }
  if (!what.set_updated) return true;
  return std::min(facts.updated, facts.available) >= UpdatedBy(*what.set_updated, facts.desired);
}

// Returns the most Pods that any step up to `index` asks for: a step below an earlier one takes no
// Pod back. Example: 5, then 3: 5.
int32_t UpdatedUpTo(const StepFacts& facts, int32_t index) {
  int32_t most = 0;
  for (const RolloutStep& step : facts.steps.first(static_cast<size_t>(index))) {
    if (step.set_updated) most = std::max(most, UpdatedBy(*step.set_updated, facts.desired));
  }
  return most;
}

}  // namespace

std::string PromoteText(const RolloutStepStatus& step) {
  return std::to_string(step.index) + "@" + std::to_string(step.revision);
}

std::optional<seconds> ParseDuration(std::string_view text) {
  int64_t total = 0;
  for (const TimeUnit& unit : kTimeUnits) {
    if (const auto number = Take(text, unit.letter)) total += *number * unit.seconds;
  }
  if (!text.empty() || total == 0) return std::nullopt;
  return seconds(total);
}

std::string StepsError(const RolloutStrategy& strategy) {
  if (strategy.steps.empty()) return {};
  if (strategy.type == "Recreate") {
    return "spec.strategy.steps: Recreate updates all Pods at once and has no steps: remove steps, "
           "or set type to RollingUpdate";
  }
  for (size_t i = 0; i < strategy.steps.size(); ++i) {
    const std::string error = StepError(strategy.steps[i]);
    if (!error.empty()) return "spec.strategy.steps[" + std::to_string(i) + "]" + error;
  }
  return {};
}

int32_t UpdatedBy(const IntOrPercent& set_updated, int32_t desired) {
  const int32_t all = std::max(desired, 0);
  const Result<int32_t> pods = Resolve(set_updated, all, /*round_up=*/true);
  if (!pods.ok()) return 0;
  if (!IsBelowAll(set_updated)) return std::min(*pods, all);
  return all < 2 ? 0 : std::clamp(*pods, 1, all - 1);
}

StepState StepNow(const StepFacts& facts) {
  StepState state{.step = InForce(facts)};
  const RolloutStepStatus& step = state.step;
  if (state.done()) return state;
  state.updated_max = UpdatedUpTo(facts, step.index);
  if (IsOver(facts, step)) {
    state.next = step;
    ++state.next->index;
    state.next->started_at = facts.now;
    return state;
  }
  const RolloutStep& what = facts.steps[static_cast<size_t>(step.index - 1)];
  state.pauses = what.pause;
  if (what.pause) state.until = EndOf(what, step);
  return state;
}

}  // namespace windlass::rollout
