// Handles Pods that came to their node after the rollout was decided, and whose kubelet would not
// restart the changed containers. Source: P-006.
#pragma once

#include <vector>

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Sets `left_out[i]` to true if Pod `i` of `in_place.pods` must not be patched because its kubelet
// is too old. If there are more such Pods than the partition keeps on the old revision, describes
// the first surplus Pod in `in_place.pods->failing`, unless `failing` is set already. `in_place`
// need not be in `situation` yet.
void LeaveOutOldKubelets(const workload::Situation& situation, InPlace& in_place,
                         std::vector<bool>& left_out);

}  // namespace windlass::in_place
