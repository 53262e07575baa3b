// Derives the in-place state of a workload from the other members of its Situation.
#pragma once

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Returns the in-place state. Requires that all members of `situation` are set, except those that
// the extension sets: `extended` and `extension_state`.
InPlace FindInPlace(const workload::Situation& situation);

// Returns true if the informers are still loading (so Pods cannot be seen yet), and a ReplicaSet
// has notes (so a Pod may be restarting). When the informers have loaded, they begin the next sync.
bool IsLate(const workload::Situation& situation);

// Returns true if the informers are still loading (so Pods cannot be seen yet), and the policy of
// the workload is not Disabled. When the informers have loaded, they begin the next sync.
bool IsOnlyLate(const workload::Situation& situation);

}  // namespace windlass::in_place
