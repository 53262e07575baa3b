// Which Pods may be patched next. The caller skips Pods whose drain has not lasted long enough,
// patches or drains the next Pod, and asks again when it sees the effect. Source: P-031 … P-039.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "controller/in_place/batch/budget.h"
#include "controller/in_place/batch/rollout_pods.h"
#include "controller/in_place/template/options.h"
#include "kubeclient/api/pod_disruption_budget.h"

namespace windlass::in_place {

struct NextPods {
  std::vector<const RolloutPod*> batch{};  // drained Pods first
  // The blocking budget (disruption.h) if budgets alone keep the batch empty; null otherwise.
  const PodDisruptionBudget* blocking = nullptr;
  std::optional<WallTime> look_again{};  // when to ask again if no event comes
};

// Returns the Pods among `pods` that candidates.h, disruption.h and budget.h allow now. `others`
// are the Pods of other workloads that take room in budgets (disruption.h). Leaves out
//   - Pods of which a patch failed in this sync (PodVerdict::refused, P-036)
//   - Pods whose kubelet is too old (PodVerdict::old_kubelet)
//   - if limits.waited_for_first is true: Pods that the rollout does not wait for, as long as
//     enough other Pods are left to update
NextPods ChooseNextPods(std::span<const RolloutPod> pods, const BatchLimits& limits,
                        PdbPolicy policy, std::span<const PodDisruptionBudget* const> budgets,
                        std::span<const Pod* const> others, WallTime now);

// Returns the next time at which one of these may happen without an event; nullopt if there is no
// such time:
//   - the patch of a Pod in flight becomes complete
//   - a patch that admission undid is due again (TryAgainAt)
//   - a Pod becomes available
//   - the wait for a Pod without a node ends
//   - a resize has been deferred for too long (kDeferredMax)
std::optional<WallTime> WhenTimeTells(std::span<const RolloutPod> pods, int32_t min_ready_seconds,
                                      WallTime now);

}  // namespace windlass::in_place
