#include "kubeclient/api/pod_disruption_budget.h"

#include <algorithm>

namespace windlass {

std::optional<WallTime> PodDisruptionBudget::DisruptedSince(std::string_view pod) const {
  const auto at = std::ranges::lower_bound(disrupted_pods, pod, {}, &DisruptedPod::name);
  if (at == disrupted_pods.end() || at->name != pod) return std::nullopt;
  return at->since;
}

}  // namespace windlass
