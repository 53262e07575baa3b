#include "controller/in_place/disruption.h"

#include <cstdint>
#include <utility>

#include "kubeclient/base/assert.h"
#include "kubeclient/base/limits.h"

namespace windlass::in_place {
namespace {

// Counted as healthy, and rightly so: also a Pod whose minReadySeconds are not over.
bool IsHealthy(const Pod& pod, const PodStanding& standing) {
  return standing.available || (pod.ready.IsTrue() && !standing.in_flight);
}

// A budget's status follows its Pods by another watch, and is written by another controller: for so
// long it may still count a Pod that has ceased to be Ready.
constexpr seconds kBudgetsLag{10};

// How many more may be taken down; negative when too many are.
int64_t RoomIn(const PodDisruptionBudget& budget, std::span<const Pod* const> pods,
               std::span<const PodStanding> standings, WallTime now) {
  if (budget.observed_generation < budget.meta.generation) return 0;
  if (budget.disrupted_pods.size() > kDisruptedPodsMax) return 0;  // as for an eviction
  int64_t room = budget.disruptions_allowed;
  for (size_t i = 0; i < pods.size(); ++i) {
    const Pod& pod = *pods[i];
    // One that is being deleted, or not Ready for some time, is missing in the budget's own count.
    const bool counted = pod.ready.IsTrue() || now - pod.ready.last_transition_time() < kBudgetsLag;
    const bool looks_healthy = standings[i].in_flight && counted && !pod.meta.deleting();
    if (looks_healthy && Selects(budget, pod) && !budget.DisruptedSince(pod.meta.name)) --room;
  }
  return room;
}

}  // namespace

bool Selects(const PodDisruptionBudget& budget, const Pod& pod) {
  return budget.has_selector && Matches(budget.selector, pod.meta.labels);
}

AllowedByBudgets RespectBudgets(std::span<const Pod* const> pods,
                                std::span<const PodStanding> standings,
                                std::span<const size_t> candidates,
                                std::span<const PodDisruptionBudget* const> budgets, WallTime now) {
  WL_ASSERT(pods.size() == standings.size());
  std::vector<std::pair<const PodDisruptionBudget*, int64_t>> full;
  for (const PodDisruptionBudget* budget : budgets) {
    const int64_t room = RoomIn(*budget, pods, standings, now);
    if (room <= 0) full.emplace_back(budget, room);
  }
  AllowedByBudgets allowed;
  for (const size_t candidate : candidates) {
    const PodDisruptionBudget* blocking = nullptr;
    for (const auto& [budget, room] : full) {
      if (!IsHealthy(*pods[candidate], standings[candidate])) break;
      if (!Selects(*budget, *pods[candidate])) continue;
      if (room == 0 && budget->DisruptedSince(pods[candidate]->meta.name)) continue;
      blocking = budget;
      break;
    }
    if (blocking == nullptr) allowed.candidates.push_back(candidate);
    if (allowed.blocking == nullptr) allowed.blocking = blocking;
  }
  return allowed;
}

}  // namespace windlass::in_place
