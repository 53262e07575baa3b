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

// Returns true if the Pod is not Ready and has a state annotation: Windlass patched or drained it
// at some time. Such a Pod may no longer be in flight, because its containers were restarted
// already, but the status of a budget may still count it as healthy.
bool IsUnreadyAfterPatch(const Pod& pod);

struct AllowedByBudgets {
  std::vector<const RolloutPod*> candidates;  // in the order given
  // The budget that blocked the best-ranked of the blocked candidates; null if none was blocked.
  const PodDisruptionBudget* blocking = nullptr;
  // The time at which a budget that has no room now may have room although no event came. Reasons:
  //   - a Pod in flight that ceased to be Ready takes up room for a few more seconds, because the
  //     status of the budget may still count that Pod as healthy
  //   - a Pod of another workload takes up room. When this Pod is no longer in flight, perhaps no
  //     event wakes this workload.
  std::optional<WallTime> look_again{};
};

// Returns the candidates that PodDisruptionBudgets allow next: Pods that are down already (not
// Ready, or in flight), and Pods whose budgets all have room for one more Pod. `pods` are the Pods
// of one workload; `candidates` are some of them; `budgets` are all budgets of the namespace;
// `others` are the Pods of other workloads of the namespace that may take room in a budget
// (View::others_in_flight).
//
// A budget counts a Pod as up once the Pod is Ready, whether or not it is available. The room of a
// budget is disruptionsAllowed minus the number of Pods in `others` and of those in `pods` that are
// in flight or unready after a patch. Of both, only Pods that the budget may still count as healthy
// are deducted. Example: disruptionsAllowed 3, one Pod of this workload and one of another in
// flight and Ready: 3 - 2 = 1. A budget has no room while its status is older than its spec.
//
// A Pod that the budget's status lists in disruptedPods is already deducted from
// disruptionsAllowed. So Windlass does not deduct the Pod again, and may take it down even if the
// room is 0.
//
// The caller must ask again after each Pod that it takes down, because two of the returned Pods may
// need the same room.
AllowedByBudgets RespectBudgets(std::span<const RolloutPod> pods,
                                std::span<const RolloutPod* const> candidates,
                                std::span<const PodDisruptionBudget* const> budgets, WallTime now,
                                std::span<const Pod* const> others = {});

}  // namespace windlass::in_place
