// Pods on nodes whose kubelet would not restart the changed containers, if the Pods came there
// after their rollout was decided. Source: P-006.
#pragma once

#include <vector>

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Sets to true the entries of `left_out`, one for each of `in_place.pods`, whose Pods must not be
// patched where they are. If more Pods are left out than the partition allows to stay, describes
// the first surplus one in `in_place.failing`. `in_place` need not be in `situation` yet.
void LeaveOutOldKubelets(const workload::Situation& situation, InPlace& in_place,
                         std::vector<bool>& left_out);

}  // namespace windlass::in_place
