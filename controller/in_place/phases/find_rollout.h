// Derives the in-place state of a workload from the rest of its situation.
#pragma once

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Returns the in-place state. Requires that all members of `situation` are set, except those that
// the extension sets: `extended` and `extension_state`.
InPlace FindInPlace(const workload::Situation& situation);

// Returns true if a ReplicaSet has notes, so that some Pod may be restarting, but Pods cannot be
// seen yet, because the informers are still loading. The informers will wake the key.
bool IsLate(const workload::Situation& situation);

// Returns true if the policy of the workload is not Disabled, and Pods cannot be seen yet, because
// the informers are still loading. The informers will wake the key.
bool IsOnlyLate(const workload::Situation& situation);

}  // namespace windlass::in_place
