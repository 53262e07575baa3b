// Where the Pods of a rollout in place stand, once it is known which rollout that is: who fails,
// who is next, who is to be drained or let back.
#pragma once

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// `pods` and all that comes of them in `in_place`, whose phase, host and configuration are there;
// nothing where the phase has no Pods of its own, or they cannot be seen. Once. False when a
// template cannot be read: then nothing is known of them.
bool LookAtPods(const Situation& situation, InPlace& in_place);

// True if some Pod was patched to an earlier target, and a patch to the Deployment's template would
// change nothing but its labels or annotations. That patch would not restart the Pod, so new Pods
// are needed (P-007). Requires `pods`.
bool SomePodLacksOnlyMetadata(const Situation& situation, const InPlace& in_place);

// An ordinary rollout believes what the API says of Pods, and would take others down beside one
// that is being restarted. One that fails will not be Ready for long.
bool LooksReadyInFlight(const Situation& situation, const InPlace& in_place);

}  // namespace windlass::deployment
