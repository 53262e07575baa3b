// Handles Pods that came to their node after the rollout was decided, and whose kubelet would not
// restart the changed containers. Source: P-006.
#pragma once

#include <vector>

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// `left_out` has one entry for each of `in_place.pods`. Sets an entry to true if the kubelet is too
// old to have that Pod patched. If more such Pods exist than the partition allows to keep the old
// revision, describes the first surplus Pod in `in_place.pods->failing`. `in_place` need not be in
// `situation` yet.
void LeaveOutOldKubelets(const workload::Situation& situation, InPlace& in_place,
                         std::vector<bool>& left_out);

}  // namespace windlass::in_place
