#include "controller/rollout/steps.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace windlass::rollout {
namespace {

// A number in a duration has at most this many digits. No user waits longer, and a larger number
// might not fit 64 bits.
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

// Returns why `step` cannot be carried out, as text to put after the name of the field of the step;
// empty if the step can be carried out.
std::string StepError(const RolloutStep& step) {
  if (step.set_updated && step.pause)
    return ": has both setUpdated and pause: write two steps instead";
  if (step.pause) {
    if (!step.duration || ParseDuration(*step.duration)) return {};
    return ".pause.duration: \"" + step.duration->substr(0, 64) +
           "\" is not a duration: write hours, minutes and seconds such as 1h30m; without "
           "duration, the pause waits for annotation " +
           std::string(kPromote);
  }
  if (!step.set_updated) return ": is empty: write setUpdated or pause";
  const std::string error = PartError(*step.set_updated);
  if (!error.empty()) return ".setUpdated: " + error;
  if (IsAboveZero(*step.set_updated)) return {};
  return ".setUpdated: must be above 0. To stop before the first Pod, make the first step a pause";
}

// Returns true if one of the steps up to `last` asks for all of `desired` Pods. If `desired` is 0,
// only a step with a percentage of 100 or more asks for all.
bool AsksForAll(const StepFacts& facts, int32_t last, int32_t desired) {
  for (const RolloutStep& step : facts.steps.first(static_cast<size_t>(last))) {
    if (!step.set_updated || IsProperPart(*step.set_updated)) continue;
    const bool is_percentage = step.set_updated->type == IntOrPercent::Type::kString;
    if (is_percentage) return true;
    if (desired > 0 && UpdatedBy(*step.set_updated, desired) >= desired) return true;
  }
  return false;
}

// Returns the largest number of Pods, of `desired`, that any step up to `index` asks for, because
// no step takes Pods back. Example: step 1 asks for 5 Pods and step 2 for 3. The result is 5 for
// either index.
int32_t UpdatedUpTo(const StepFacts& facts, int32_t index, int32_t desired) {
  int32_t most = 0;
  for (const RolloutStep& step : facts.steps.first(static_cast<size_t>(index))) {
    if (step.set_updated) most = std::max(most, UpdatedBy(*step.set_updated, desired));
  }
  return most;
}

// Returns the most Pods of the new revision while `step` is in force. One Pod stays old, unless
// this or an earlier step asks for all Pods. Whether a step asks for all is judged by the size with
// which `step` began, `step.replicas` (RO-130). Examples:
//   - setUpdated: 2 began with 10 replicas: 2 Pods. After a scale-down to 2: 1 Pod.
//   - setUpdated: 2 began with 2 replicas: 2 Pods.
//   - setUpdated: 5 began with 1 replica: 1 Pod. After a scale-up to 3: 2 Pods, because then only
//     100% asks for all (RO-191).
int32_t UpdatedMax(const StepFacts& facts, const RolloutStepStatus& step) {
  const int32_t most = UpdatedUpTo(facts, step.index, facts.desired);
  const int32_t began = step.replicas.value_or(0);
  const bool grown = began == 1 && facts.desired > 1;
  if (AsksForAll(facts, step.index, grown ? 0 : began)) return most;
  return std::clamp(most, 0, std::max(facts.desired - 1, 0));
}

// Returns the position of the last pause, counted from 1; that of the last step if there is no
// pause.
int32_t LastPause(std::span<const RolloutStep> steps) {
  for (size_t i = steps.size(); i > 0; --i) {
    if (steps[i - 1].pause) return static_cast<int32_t>(i);
  }
  return static_cast<int32_t>(steps.size());
}

// Returns true if `step` waits for a user or for time. It is a pause, or the step to which the
// rollout went back when a user cut the step in force off the list (RO-132).
bool IsPause(const StepFacts& facts, const RolloutStepStatus& step) {
  return facts.steps[static_cast<size_t>(step.index - 1)].pause || step.shortened_from > 0;
}

// Returns true if no Pod can have the new revision because of a low spec.replicas. Nothing proves
// then that the new revision works, so `step` is not over (RO-190). The cases:
//   - There are no replicas.
//   - The Rollout was scaled down to one replica, which keeps the old revision (RO-130), although
//     this or an earlier step asked for new Pods at a larger size. Example: 20% of 10 replicas
//     asked for 2.
// Returns false if the rollout never had more than one replica. Example: setUpdated: 50% is then
// over with 0 of 1 Pods updated.
bool HasNoCanary(const StepFacts& facts, int32_t due, const RolloutStepStatus& step) {
  if (facts.desired == 0) return true;
  if (due > 0 || !step.replicas) return false;
  return *step.replicas > facts.desired && UpdatedUpTo(facts, step.index, *step.replicas) > 0;
}

// Notes in `step` that all of `due` Pods are available.
void NoteAvailable(const StepFacts& facts, int32_t due, RolloutStepStatus& step) {
  step.available = due;
  step.available_of = facts.desired;
}

// Returns true if the time of a pause is lost, and has to begin anew:
//   - Fewer Pods are available than NoteAvailable noted last, and fewer than are due now. Example:
//     4 Pods were noted. After a scale-down, 2 are due. While 2 are available, the time goes on.
//   - No Pod was due when NoteAvailable was last called, and Pods are due now.
//   - A user has edited the list of steps: for the same number of replicas, it asks for more Pods
//     than noted.
bool IsLost(const StepFacts& facts, int32_t due, const RolloutStepStatus& step) {
  if (facts.available < std::min(step.available, due)) return true;
  if (step.available == 0 && due > 0) return true;  // no Pod was due, so none proved anything
  StepFacts then = facts;
  then.desired = step.available_of;
  return step.available_of > 0 && UpdatedMax(then, step) > step.available;
}

// Sets in `step` since when the Pods of a pause have been available, how many Pods that was, and of
// how many replicas (RO-131):
//   - The time begins when all due Pods are available. It is lost when one of these Pods is no
//     longer available, unless a scale-down removed the Pod (IsLost).
//   - Pods that a scale-up adds do not end the time. Example: at 20% of 10 replicas, 2 Pods are
//     due. After a scale-up to 20 replicas, 4 Pods are due. While 2 are available, the time goes
//     on. The pause ends when its time is over and all 4 are available.
//   - Pods that an edit of the list adds end the time. Example: 20% of 10 replicas is edited to
//     100%. The time begins anew when all 10 Pods are available.
//   - While no Pod can have the new revision (HasNoCanary), the time is lost, and does not begin.
//   - While Pods cannot be counted, nothing changes.
void CountTime(const StepFacts& facts, int32_t due, RolloutStepStatus& step) {
  if (!facts.can_count) return;
  const bool none = HasNoCanary(facts, due, step);
  const bool all = !none && facts.available >= due;
  if (!step.available_since.IsZero()) {
    if (!none && !IsLost(facts, due, step)) {
      if (all) NoteAvailable(facts, due, step);
      return;
    }
    step.available_since = {};
    step.available = step.available_of = 0;
  }
  if (!all) return;
  // v0.1.0 stored steps without `replicas`, and counted from the beginning of the pause.
  step.available_since = step.replicas ? facts.now : step.started_at;
  NoteAvailable(facts, due, step);
}

// Returns `step` with the values that it has if it begins now. One of them is `replicas`, the size
// by which the step is judged: the largest spec.replicas with which this or an earlier step began
// (RO-191). Example: step 1 began with 10 replicas. Step 2, setUpdated: 3, begins with 2 replicas,
// but is judged by 10. 3 Pods are not all of 10, so step 2 updates only 1 of the 2 Pods.
RolloutStepStatus Begin(const StepFacts& facts, RolloutStepStatus step) {
  step.started_at = facts.now;
  step.replicas = std::max(step.replicas.value_or(0), facts.desired);
  step.available_since = {};
  step.available = step.available_of = 0;
  step.shortened_from = 0;
  if (step.index <= step.total && IsPause(facts, step)) {
    CountTime(facts, UpdatedMax(facts, step), step);
  }
  return step;
}

// Raises `step.replicas`, the size by which `step` is judged (Begin), if no Pod could have the new
// revision at the stored size:
//   - The step began without replicas: the first size above 0 counts (RO-192).
//   - The step began with one replica, and asks for 0 of 1 Pods: the first size above 1 counts
//     (RO-190). Example: setUpdated: 50% began with 1 replica. After a scale-up to 10, the step is
//     judged as if it had begun with 10.
void JudgeBySize(const StepFacts& facts, RolloutStepStatus& step) {
  if (step.index > step.total || !step.replicas || *step.replicas >= facts.desired) return;
  const bool of_one = *step.replicas == 1 && UpdatedUpTo(facts, step.index, 1) == 0;
  if (*step.replicas == 0 || of_one) step.replicas = facts.desired;
}

// Returns the stored step `step`, placed in the present list of steps.
RolloutStepStatus Resume(const StepFacts& facts, RolloutStepStatus step) {
  const auto total = static_cast<int32_t>(facts.steps.size());
  // Steps that were done stay done, even if the user has added steps since.
  const bool done = step.index > step.total;
  const bool cut = !done && step.index > total;
  // When a user cuts the step in force off the list, shortened_from keeps the index of that step,
  // even if the list is shortened again. PromoteText names this index, and not the index of the
  // earlier pause at which the rollout now waits. The user may have promoted that pause before, and
  // its annotation may still be set. It must not end the pause a second time.
  if (cut && step.shortened_from == 0) step.shortened_from = step.index;
  step.index = done ? total + 1 : cut ? LastPause(facts.steps) : std::max(step.index, 1);
  if (step.shortened_from > 0 && step.shortened_from <= total) {  // the list is long enough again
    step.index = step.shortened_from;
    step.shortened_from = 0;
  }
  step.total = total;
  step.revision = facts.revision;
  if (step.started_at.IsZero()) step.started_at = facts.now;
  JudgeBySize(facts, step);
  return step;
}

// Returns the step in force.
RolloutStepStatus InForce(const StepFacts& facts) {
  const auto total = static_cast<int32_t>(facts.steps.size());
  const bool resumes = facts.stored && facts.stored->template_id == facts.template_id;
  RolloutStepStatus step = resumes ? Resume(facts, *facts.stored)
                                   : Begin(facts, {.index = 1,
                                                   .total = total,
                                                   .started_at = facts.now,
                                                   .revision = facts.revision,
                                                   .template_id = std::string(facts.template_id)});
  if (facts.was_complete || (!resumes && facts.is_first)) step.index = total + 1;
  return step;
}

// Returns when the time of the pause is over; nullopt if the pause waits to be promoted, or if its
// time does not run.
std::optional<WallTime> EndOf(const StepFacts& facts, const RolloutStepStatus& step) {
  const RolloutStep& what = facts.steps[static_cast<size_t>(step.index - 1)];
  if (!what.duration || step.shortened_from > 0) return std::nullopt;
  const std::optional<seconds> duration = ParseDuration(*what.duration);
  if (!duration || step.available_since.IsZero()) return std::nullopt;
  return step.available_since + *duration;
}

// Returns true if the value of kPromote is `text` and `pods_work` is true, or if the value is
// `text` with kForce.
bool IsPromoted(const StepFacts& facts, const std::string& text, bool pods_work) {
  if (facts.promote == text + std::string(kForce)) return true;
  return pods_work && facts.promote == text;
}

bool IsOver(const StepFacts& facts, const StepState& state) {
  const RolloutStepStatus& step = state.step;
  const bool counts = facts.can_count && !HasNoCanary(facts, state.updated_max, step);
  if (IsPause(facts, step)) {
    const bool works = counts && facts.available >= state.updated_max;
    if (IsPromoted(facts, PromoteText(step), works)) return true;
    const std::optional<WallTime> end = EndOf(facts, step);
    return works && end && facts.now >= *end;
  }
  return counts && std::min(facts.updated, facts.available) >= state.updated_max;
}

// Returns true if the user ended all steps and the updated Pods are available:
//   - at a pause, all Pods that are due
//   - otherwise, all Pods that are updated so far, and at least one if any is due
// A forced promotion (kForce) does not wait for Pods. While HasNoCanary is true, only a forced
// promotion ends the steps.
bool IsPromotedToTheEnd(const StepFacts& facts, const StepState& state) {
  const int32_t due = IsPause(facts, state.step)
                          ? state.updated_max
                          : std::max(facts.updated, std::min(state.updated_max, 1));
  const bool none = HasNoCanary(facts, state.updated_max, state.step);
  const bool works = facts.can_count && !none && facts.available >= due;
  return IsPromoted(facts, PromoteAllText(state.step), works);
}

}  // namespace

std::string PromoteText(const RolloutStepStatus& step) {
  const int32_t number = step.shortened_from > 0 ? step.shortened_from : step.index;
  return std::to_string(number) + "@" + std::to_string(step.revision);
}

std::string PromoteAllText(const RolloutStepStatus& step) {
  return "full@" + std::to_string(step.revision);
}

std::optional<seconds> ParseDuration(std::string_view text) {
  int64_t total = 0;
  for (const TimeUnit& unit : kTimeUnits) {
    if (const auto number = Take(text, unit.letter)) total += *number * unit.seconds;
  }
  if (!text.empty() || total == 0) return std::nullopt;
  return seconds(total);
}

std::string PartError(const IntOrPercent& value) {
  const Result<int32_t> of_100 = Resolve(value, 100, /*round_up=*/true);
  if (!of_100.ok()) return of_100.error().message;
  if (value.type == IntOrPercent::Type::kInt || *of_100 <= 100) return {};
  return "\"" + value.string_value.substr(0, kPercentBytesMax) +
         "\" is more than all Pods: write a count of Pods such as 1, or a percentage of at most "
         "100%";
}

std::string StepsError(const RolloutStrategy& strategy) {
  if (strategy.steps.empty()) return {};
  if (strategy.type == "Recreate") {
    return "spec.strategy.steps: Recreate updates all Pods at once and has no steps: remove steps, "
           "or set type to RollingUpdate";
  }
  if (strategy.partition) {
    return "spec.strategy.partition and spec.strategy.steps both say how many Pods are updated: "
           "remove one of them. To hold Pods back with steps, write a step with setUpdated and "
           "then a step with pause";
  }
  for (size_t i = 0; i < strategy.steps.size(); ++i) {
    const std::string error = StepError(strategy.steps[i]);
    if (!error.empty()) return "spec.strategy.steps[" + std::to_string(i) + "]" + error;
  }
  return {};
}

int32_t UpdatedBy(const IntOrPercent& set_updated, int32_t desired) {
  const int32_t all = std::max(desired, 0);
  if (all < 2 && IsProperPart(set_updated)) return 0;
  const Result<int32_t> pods = ResolvePart(set_updated, all);
  return pods.ok() ? std::min(*pods, all) : 0;
}

StepState StepNow(const StepFacts& facts) {
  StepState state{.step = InForce(facts)};
  RolloutStepStatus& step = state.step;
  if (state.done()) return state;
  state.updated_max = UpdatedMax(facts, step);
  const bool is_pause = IsPause(facts, step);
  if (is_pause) CountTime(facts, state.updated_max, step);
  const bool to_the_end = IsPromotedToTheEnd(facts, state);
  if (to_the_end || IsOver(facts, state)) {
    RolloutStepStatus next = step;
    next.index = to_the_end ? step.total + 1 : step.index + 1;
    state.next = Begin(facts, std::move(next));
    return state;
  }
  const bool none = HasNoCanary(facts, state.updated_max, step);
  state.no_canary = none && facts.desired > 0;
  state.pauses = state.no_canary;
  if (!is_pause) return state;
  state.lacks_pods = !none && step.available_since.IsZero();
  state.pauses = !state.lacks_pods;
  state.until = EndOf(facts, step);
  return state;
}

}  // namespace windlass::rollout
