#include "controller/in_place/batch/next_pod.h"

#include <algorithm>

#include "controller/in_place/batch/candidates.h"
#include "controller/in_place/batch/disruption.h"
#include "controller/in_place/pod/availability.h"
#include "controller/in_place/pod/completion.h"

namespace windlass::in_place {
namespace {

bool IsDrained(const RolloutPods& pods, size_t i) {
  const PodState* state = pods.state(i);
  return state != nullptr && state->drain.has_value();
}

// Removes from `order` the Pods that the rollout does not wait for, if enough other Pods are left
// to update; otherwise puts them last. Example: 10 Pods and partition 7, so 3 Pods get the new
// revision. 1 Pod has it, 8 old Pods are scheduled, and 1 old Pod waits for a node. 2 Pods are
// still to be updated. The 8 Pods are enough, so the Pod that waits for a node is removed.
void PutWaitedForFirst(const std::vector<PodStanding>& pods, const BatchLimits& limits,
                       std::vector<size_t>& order) {
  const auto waited_for = [](const PodStanding& pod) { return pod.waited_for(); };
  const int64_t left = std::ranges::count_if(pods, [](const PodStanding& pod) {
    return !pod.updated && !pod.stand_in && pod.waited_for();
  });
  const auto others = std::ranges::stable_partition(
      order, waited_for, [&](size_t i) -> const PodStanding& { return pods[i]; });
  if (left >= ToUpdate(pods, limits)) order.erase(others.begin(), others.end());
}

}  // namespace

NextPods ChooseNextPods(const RolloutPods& pods, const std::vector<bool>& left_out,
                        const BatchLimits& limits, PdbPolicy policy,
                        std::span<const PodDisruptionBudget* const> budgets,
                        std::span<const Pod* const> others, WallTime now) {
  Candidates candidates = CandidatesOf(pods.pods, pods.standings, now);
  std::erase_if(candidates.order, [&](size_t i) { return left_out[i]; });
  if (limits.waited_for_first) PutWaitedForFirst(pods.standings, limits, candidates.order);
  NextPods next{.look_again = candidates.look_again};
  AllowedByBudgets allowed{.candidates = candidates.order};
  if (policy != PdbPolicy::kIgnore) {
    allowed = RespectBudgets(pods.pods, pods.standings, candidates.order, budgets, now, others);
  }
  next.look_again = Sooner(next.look_again, allowed.look_again);
  // Drained Pods come first, so that no other Pod takes their places in the batch. Otherwise they
  // would have been drained in vain.
  std::ranges::stable_partition(allowed.candidates, [&](size_t i) { return IsDrained(pods, i); });
  next.batch = NextBatch(pods.standings, allowed.candidates, limits);
  if (next.batch.empty() && !NextBatch(pods.standings, candidates.order, limits).empty()) {
    next.blocking = allowed.blocking;
  }
  return next;
}

std::optional<WallTime> WhenTimeTells(const RolloutPods& pods, int32_t min_ready_seconds,
                                      WallTime now) {
  std::optional<WallTime> earliest;
  const auto consider = [&](const std::optional<WallTime>& when) {
    if (when && *when > now) earliest = Sooner(earliest, when);
  };
  for (size_t i = 0; i < pods.size(); ++i) {
    if (const PodState* state = pods.state(i)) {
      consider(CompletionOf(*pods.pods[i], *state, now).look_again);
    }
    consider(UnschedulableFrom(*pods.pods[i]));
    consider(AvailableFrom(*pods.pods[i], pods.state(i), min_ready_seconds, now));
  }
  return earliest;
}

}  // namespace windlass::in_place
