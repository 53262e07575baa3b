// Derives the in-place state of a workload from the rest of its situation.
#pragma once

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Returns the in-place state. Requires all of `situation` but what the extension sets.
InPlace FindInPlace(const workload::Situation& situation);

// Returns true if some Pod may be restarting, and Pods cannot be seen yet because Windlass has just
// started. The informers will wake the key.
bool IsLate(const workload::Situation& situation);

// Returns true if the workload asks for in-place updates and the informers have not loaded their
// first complete state yet. The informers will wake the key.
bool IsOnlyLate(const workload::Situation& situation);

}  // namespace windlass::in_place
