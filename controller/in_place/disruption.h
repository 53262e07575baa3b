// PodDisruptionBudgets hold for us as for an eviction, although the API server asks nobody before a
// Pod is patched. Source: P-038.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "controller/in_place/budget.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/pod_disruption_budget.h"

namespace windlass::in_place {

// An empty selector selects every Pod of the namespace, an absent one none.
bool Selects(const PodDisruptionBudget& budget, const Pod& pod);

struct AllowedByBudgets {
  std::vector<size_t> candidates;  // in the same order
  // The first that kept the first one out; null when nobody was.
  const PodDisruptionBudget* blocking = nullptr;
  // When a budget that has no room may have some, should no event tell before: it is late to count
  // out who has just ceased to be Ready.
  std::optional<WallTime> look_again{};
};

// Who of `candidates`, indexes into `pods` and their `standings`, may be taken down next: whoever
// is down already, and any one Pod for which each of the namespace's `budgets` that selects it has
// room. As budgets see it, a Pod is up once it is Ready, available or not. A budget has less room
// than it says: our Pods in flight that the API calls Ready look healthy to it. It has none while
// its status is not of its latest spec.
//
// A Pod that has an entry in a budget's disruptedPods is taken off there already: it needs no more
// room in it, and takes none a second time.
//
// To be asked again once a Pod was taken: two of the answer may need the same room.
AllowedByBudgets RespectBudgets(std::span<const Pod* const> pods,
                                std::span<const PodStanding> standings,
                                std::span<const size_t> candidates,
                                std::span<const PodDisruptionBudget* const> budgets, WallTime now);

}  // namespace windlass::in_place
