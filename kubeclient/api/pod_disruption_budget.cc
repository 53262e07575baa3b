#include "kubeclient/api/pod_disruption_budget.h"

#include <algorithm>

namespace windlass {

bool PodDisruptionBudget::IsDisrupted(std::string_view pod) const {
  return std::ranges::binary_search(disrupted_pods, pod);
}

}  // namespace windlass
