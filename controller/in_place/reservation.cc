#include "controller/in_place/reservation.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/in_place/availability.h"
#include "controller/in_place/disruption.h"
#include "kubeclient/api/time.h"

namespace windlass::in_place {
namespace {

using Json = nlohmann::json;

constexpr seconds kEarlier{1};
// As long as the entries for one Pod may take to be written.
constexpr seconds kTogether{30};

WallTime TimeFor(const Pod& pod, std::span<const PodDisruptionBudget* const> budgets,
                 WallTime now) {
  for (const PodDisruptionBudget* budget : budgets) {
    if (!Selects(*budget, pod)) continue;
    const auto since = budget->DisruptedSince(pod.meta.name);
    if (since && *since < now && now - *since <= kTogether) return *since;
  }
  return {now.unix_seconds - kEarlier.count()};
}

Request PatchStatus(const PodDisruptionBudget& budget, Json status) {
  const Json fields = {{"status", std::move(status)}};
  return Request::MergePatch(Resource::kPodDisruptionBudgets, VersionOf(budget.meta), "status",
                             fields.dump());
}

}  // namespace

const PodDisruptionBudget* BudgetToReserve(const Pod& pod, const PodStanding& standing,
                                           std::span<const PodDisruptionBudget* const> budgets) {
  if (!pod.ready.IsTrue() && pod.node_name.empty()) return nullptr;
  for (const PodDisruptionBudget* budget : budgets) {
    if (!Selects(*budget, pod) || budget->DisruptedSince(pod.meta.name)) continue;
    const bool takes_room = standing.in_flight && pod.ready.IsTrue();
    if (takes_room && budget->disruptions_allowed <= 0) continue;
    return budget;
  }
  return nullptr;
}

Request Reserve(const PodDisruptionBudget& budget, const Pod& pod,
                std::span<const PodDisruptionBudget* const> budgets, WallTime now) {
  const int32_t taken = pod.ready.IsTrue() ? 1 : 0;
  return PatchStatus(budget,
                     {{"disruptedPods", {{pod.meta.name, FormatTime(TimeFor(pod, budgets, now))}}},
                      {"disruptionsAllowed", std::max(budget.disruptions_allowed - taken, 0)}});
}

Request Release(const PodDisruptionBudget& budget, const Pod& pod) {
  return PatchStatus(budget, {{"disruptedPods", {{pod.meta.name, nullptr}}}});
}

bool IsOver(const Pod& pod, const PodState* state, WallTime since, WallTime now) {
  if (state == nullptr || state->reserved != since || pod.meta.deleting()) return false;
  return !IsInFlight(pod, state, now);
}

}  // namespace windlass::in_place
