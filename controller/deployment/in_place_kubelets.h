// Kubelets that would not restart what changes, and that Pods have come to since their rollout was
// decided on. Source: P-006.
#pragma once

#include <vector>

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// Notes in `left_out`, which has an entry for each of `in_place.pods`, those that are not to be
// patched where they are. Tells of the first in `in_place.failing` when they are more than may stay
// as they are. `in_place` need not be in `situation` yet.
void LeaveOutOldKubelets(const Situation& situation, InPlace& in_place,
                         std::vector<bool>& left_out);

}  // namespace windlass::deployment
