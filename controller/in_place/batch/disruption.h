// Windlass takes down a healthy Pod only if each PodDisruptionBudget of the Pod has room, as for an
// eviction. The policy PdbPolicy::kIgnore switches this off. The API server itself checks no budget
// when a Pod is patched. Source: P-038.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "controller/in_place/batch/rollout_pods.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/pod_disruption_budget.h"

namespace windlass::in_place {

// Returns true if the budget selects the Pod. An empty selector selects every Pod of the namespace;
// an absent selector selects no Pod.
bool Selects(const PodDisruptionBudget& budget, const Pod& pod);

// Returns true if the Pod is not Ready, and Windlass patched or drained it at some time (it has a
// state annotation). After the restart of its containers, it may no longer be in flight, but the
// status of a budget may still count it as healthy.
bool IsUnreadyAfterPatch(const Pod& pod);

struct AllowedByBudgets {
  std::vector<const RolloutPod*> candidates;  // in the order given
  // The budget that blocked the best-ranked of the blocked candidates; null if none was blocked.
  const PodDisruptionBudget* blocking = nullptr;
  // The time at which a budget without room may get room although no event comes. Reasons:
  //   - a Pod in flight ceased to be Ready. For a few seconds, the status of the budget may still
  //     count that Pod as healthy
  //   - a Pod of another workload takes up room. When that Pod gives its room back, perhaps no
  //     event wakes this workload
  std::optional<WallTime> look_again{};
};

// Returns the candidates that PodDisruptionBudgets allow next: Pods that are down already (not
// Ready, or in flight), Pods whose patch takes nothing down (PodStanding::gentle), and Pods whose
// budgets all have room for one more. Two of these may need the same room, so ask again after each
// Pod that is taken down.
//   - `pods`: the Pods of one workload. `candidates` are some of them
//   - `budgets`: all budgets of the namespace
//   - `others`: the Pods of other workloads that may take room (View::others_in_flight)
//
// The room is disruptionsAllowed, minus Pods that the budget may still count as healthy: `others`,
// and `pods` in flight or unready after a patch. Example: disruptionsAllowed 3, one Pod of this
// workload and one of another in flight and Ready: 3 - 2 = 1. Special cases:
//   - the status of the budget is older than its spec: no room
//   - the status lists a Pod in disruptedPods: disruptionsAllowed has deducted the Pod already, so
//     Windlass may take it down even if the room is 0
//   - a Ready Pod that is not available: needs room, because the budget counts it as up
AllowedByBudgets RespectBudgets(std::span<const RolloutPod> pods,
                                std::span<const RolloutPod* const> candidates,
                                std::span<const PodDisruptionBudget* const> budgets, WallTime now,
                                std::span<const Pod* const> others = {});

}  // namespace windlass::in_place
