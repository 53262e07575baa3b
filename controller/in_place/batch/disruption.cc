#include "controller/in_place/batch/disruption.h"

#include <cstdint>
#include <utility>

#include "controller/workload/in_place_annotations.h"

namespace windlass::in_place {
namespace {

// Returns true if the Pod serves: it is available, or it is Ready and not in flight, even before
// its minReadySeconds are over. Such a Pod may be taken down only if its budgets have room.
bool IsHealthy(const Pod& pod, const PodStanding& standing) {
  return standing.available || (pod.ready.IsTrue() && !standing.in_flight);
}

// How long the status of a budget may still count a Pod that has ceased to be Ready: the disruption
// controller must first see the Pod's change.
constexpr seconds kBudgetsLag{10};

// How soon to look again at a budget in which Pods of other workloads take room. When such a Pod
// gives its room back, perhaps no event wakes this workload.
constexpr seconds kOthersLookAgain{10};

struct BudgetRoom {
  int64_t left = 0;                      // how many more Pods may be taken down; may be < 0
  std::optional<WallTime> look_again{};  // when `left` may grow without an event
};

// Returns how many more Pods of the budget may be taken down.
BudgetRoom RoomIn(const PodDisruptionBudget& budget, std::span<const RolloutPod> pods,
                  std::span<const Pod* const> others, WallTime now) {
  if (budget.observed_generation < budget.meta.generation) return {};
  // If disruptedPods has more entries than this, the API server grants no eviction. So Windlass
  // treats the budget as one without room.
  if (budget.disrupted_pods.size() > kDisruptedPodsMax) return {};
  int64_t room = budget.disruptions_allowed;
  std::optional<WallTime> look_again;
  // Deducts a Pod that Windlass has taken down or is taking down. Returns false, and deducts
  // nothing, if the budget
  //   - does not select the Pod
  //   - surely does not count the Pod as healthy
  //   - has deducted the Pod already (IsDisrupted)
  const auto take_room = [&](const Pod& pod) {
    // The budget does not count a Pod that is being deleted, or that ceased to be Ready more than
    // kBudgetsLag ago.
    const WallTime missing_from = pod.ready.last_transition_time() + kBudgetsLag;
    const bool counted = pod.ready.IsTrue() || now < missing_from;
    const bool looks_healthy = counted && !pod.meta.deleting();
    if (!looks_healthy || !Selects(budget, pod)) return false;
    if (budget.IsDisrupted(pod.meta.name)) return false;
    --room;
    if (!pod.ready.IsTrue()) look_again = Sooner(look_again, std::optional(missing_from));
    return true;
  };
  for (const RolloutPod& one : pods) {
    if (one.standing.in_flight || IsUnreadyAfterPatch(*one.pod)) take_room(*one.pod);
  }
  for (const Pod* other : others) {
    if (!take_room(*other)) continue;
    look_again = Sooner(look_again, std::optional(now + kOthersLookAgain));
  }
  return {room, look_again};
}

}  // namespace

bool IsUnreadyAfterPatch(const Pod& pod) {
  return !pod.ready.IsTrue() && pod.meta.annotations.Find(kPodState).has_value();
}

bool Selects(const PodDisruptionBudget& budget, const Pod& pod) {
  return budget.has_selector && Matches(budget.selector, pod.meta.labels);
}

AllowedByBudgets RespectBudgets(std::span<const RolloutPod> pods,
                                std::span<const RolloutPod* const> candidates,
                                std::span<const PodDisruptionBudget* const> budgets, WallTime now,
                                std::span<const Pod* const> others) {
  std::vector<std::pair<const PodDisruptionBudget*, int64_t>> full;
  AllowedByBudgets allowed;
  for (const PodDisruptionBudget* budget : budgets) {
    const BudgetRoom room = RoomIn(*budget, pods, others, now);
    if (room.left > 0) continue;
    full.emplace_back(budget, room.left);
    allowed.look_again = Sooner(allowed.look_again, room.look_again);
  }
  for (const RolloutPod* candidate : candidates) {
    const Pod& pod = *candidate->pod;
    const PodDisruptionBudget* blocking = nullptr;
    for (const auto& [budget, room] : full) {
      if (candidate->standing.gentle || !IsHealthy(pod, candidate->standing)) break;
      if (!Selects(*budget, pod)) continue;
      if (room == 0 && budget->IsDisrupted(pod.meta.name)) continue;
      blocking = budget;
      break;
    }
    if (blocking == nullptr) allowed.candidates.push_back(candidate);
    if (allowed.blocking == nullptr) allowed.blocking = blocking;
  }
  return allowed;
}

}  // namespace windlass::in_place
