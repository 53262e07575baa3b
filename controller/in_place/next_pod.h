// Which Pods may be patched now. The caller takes the first, or the first that need not be waited
// for: what that changes is seen before the next is decided on. Source: P-031 … P-039.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "controller/in_place/budget.h"
#include "controller/in_place/options.h"
#include "controller/in_place/rollout_pods.h"
#include "kubeclient/api/pod_disruption_budget.h"

namespace windlass::in_place {

struct NextPods {
  std::vector<size_t> batch{};  // indexes into the RolloutPods; drained Pods first
  // Some Pod would be next, but this budget keeps every such one; nullptr: none does.
  const PodDisruptionBudget* blocking = nullptr;
  std::optional<WallTime> look_again{};  // when time alone may bring the next
};

// `left_out[i]`: the server would not have Pod i patched (P-036).
NextPods ChooseNextPods(const RolloutPods& pods, const std::vector<bool>& left_out,
                        const BatchLimits& limits, PdbPolicy policy,
                        std::span<const PodDisruptionBudget* const> budgets, WallTime now);

// When time alone may complete a Pod in flight, make one available, or end the wait for one that
// has no node; nullopt: events will tell.
std::optional<WallTime> WhenTimeTells(const RolloutPods& pods, int32_t min_ready_seconds,
                                      WallTime now);

}  // namespace windlass::in_place
