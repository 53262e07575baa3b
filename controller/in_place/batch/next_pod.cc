#include "controller/in_place/batch/next_pod.h"

#include <algorithm>

#include "controller/in_place/batch/candidates.h"
#include "controller/in_place/batch/disruption.h"
#include "controller/in_place/pod/availability.h"
#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/resize.h"

namespace windlass::in_place {
namespace {

bool IsDrained(const RolloutPod* pod) { return pod->our_state && pod->our_state->drain; }

// Moves the Pods that the rollout does not wait for (PodStanding::waited_for) to the end of
// `order`. If there are enough other old Pods to update, removes them from `order` instead.
// Example: 10 Pods, partition 7. 1 Pod is updated, 8 old Pods have a node, and 1 old Pod is
// unschedulable. 10 - 7 - 1 = 2 Pods are still to be updated. The 8 Pods are enough for that, so
// the unschedulable Pod is removed. If 9 Pods were still to be updated, it would be the last of
// `order`.
void PutWaitedForFirst(std::span<const RolloutPod> pods, const BatchLimits& limits,
                       std::vector<const RolloutPod*>& order) {
  const int64_t left = std::ranges::count_if(
      pods,
      [](const PodStanding& pod) { return !pod.updated && !pod.stand_in && pod.waited_for(); },
      &RolloutPod::standing);
  const auto others = std::ranges::stable_partition(
      order, [](const RolloutPod* pod) { return pod->standing.waited_for(); });
  if (left >= ToUpdate(pods, limits)) order.erase(others.begin(), others.end());
}

}  // namespace

NextPods ChooseNextPods(std::span<const RolloutPod> pods, const BatchLimits& limits,
                        PdbPolicy policy, std::span<const PodDisruptionBudget* const> budgets,
                        std::span<const Pod* const> others, WallTime now) {
  Candidates candidates = CandidatesOf(pods, now);
  std::erase_if(candidates.order, [](const RolloutPod* pod) {
    return pod->verdict.refused || pod->verdict.old_kubelet;
  });
  if (limits.waited_for_first) PutWaitedForFirst(pods, limits, candidates.order);
  NextPods next{.look_again = candidates.look_again};
  AllowedByBudgets allowed{.candidates = candidates.order};
  if (policy != PdbPolicy::kIgnore) {
    allowed = RespectBudgets(pods, candidates.order, budgets, now, others);
  }
  next.look_again = Sooner(next.look_again, allowed.look_again);
  // Drained Pods come first, so that no other Pod takes their places in the batch. Without a place,
  // a drained Pod would have been drained in vain.
  std::ranges::stable_partition(allowed.candidates, &IsDrained);
  next.batch = NextBatch(pods, allowed.candidates, limits);
  if (next.batch.empty() && !NextBatch(pods, candidates.order, limits).empty()) {
    next.blocking = allowed.blocking;
  }
  return next;
}

std::optional<WallTime> WhenTimeTells(std::span<const RolloutPod> pods, int32_t min_ready_seconds,
                                      WallTime now) {
  std::optional<WallTime> earliest;
  const auto consider = [&](const std::optional<WallTime>& when) {
    if (when && *when > now) earliest = Sooner(earliest, when);
  };
  for (const RolloutPod& one : pods) {
    const Pod& pod = *one.pod;
    if (one.our_state) consider(CompletionOf(pod, *one.our_state, now).look_again);
    if (one.our_state) consider(ResizeLookAgain(pod, *one.our_state, now));
    consider(UnschedulableFrom(pod));
    consider(AvailableFrom(pod, one.state(), min_ready_seconds, now));
  }
  return earliest;
}

}  // namespace windlass::in_place
