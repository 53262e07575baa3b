// Room in PodDisruptionBudgets that is reserved for a Pod before it is taken down, as the API
// server does before it evicts one: an entry in status.disruptedPods, and one disruption less
// allowed, in a write that names the budget's version. Whoever drains a node at that moment finds
// the room taken, or takes it first and we are refused. Source: in-place C.6, P-038.
//
// The disruption controller leaves a Pod with an entry out of its count for two minutes; then it
// drops the entry, and complains in an event that the Pod was not deleted. So the entry is taken
// away as soon as the Pod has been restarted: from then on its Ready can be believed. How many
// disruptions are allowed then, that controller says.
//
// An entry is ours if the Pod's state says its time. That is a second earlier than the write: what
// an eviction writes for the same Pod afterwards cannot have it.
#pragma once

#include <optional>
#include <span>

#include "controller/in_place/budget.h"
#include "controller/in_place/pod_state.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/pod_disruption_budget.h"
#include "kubeclient/api/request.h"

namespace windlass::in_place {

// The first budget in which room is still to be reserved before the Pod is taken down: it selects
// the Pod, and counts it as healthy or may do so any moment: one that has a node may become Ready
// before its kubelet hears of the patch, and stays so while it is restarted. A Pod in flight has
// its place already, and is reserved for only where there is room; so has one with an entry,
// whoever wrote it. nullptr: there is none.
const PodDisruptionBudget* BudgetToReserve(const Pod& pod, const PodStanding& standing,
                                           std::span<const PodDisruptionBudget* const> budgets);

// Refused with kConflict unless the budget is as it was seen. A Pod that is not Ready is none of
// those that the budget has, and takes no disruption away. Where another of `budgets` has got an
// entry for the Pod a moment ago, this one gets the same time.
Request Reserve(const PodDisruptionBudget& budget, const Pod& pod,
                std::span<const PodDisruptionBudget* const> budgets, WallTime now);

// Takes the Pod's entry away, if the budget is as it was seen.
Request Release(const PodDisruptionBudget& budget, const Pod& pod);

// Whether the Pod's entry, written at `since`, is ours and no longer needed: nothing of ours is
// under way in the Pod any more, Ready or not. `state` is null where the annotation is absent or
// not ours.
bool IsOver(const Pod& pod, const PodState* state, WallTime since, WallTime now);

}  // namespace windlass::in_place
