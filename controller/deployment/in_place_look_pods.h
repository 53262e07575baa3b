// Where the Pods of a rollout in place stand, once it is known which rollout that is: who fails,
// who is next, who is to be drained or let back.
#pragma once

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// `pods` and all that comes of them in `in_place`, whose phase, host and configuration are there;
// nothing where the phase has no Pods of its own, or they cannot be seen. Once. False when a
// template cannot be read: then nothing is known of them.
bool LookAtPods(const Situation& situation, InPlace& in_place);

// True if a Pod was patched to a template, since overtaken, that differs from the Deployment's in
// labels and annotations alone. They would reach it without a restart, so that it has to be made
// anew, like a Pod of the host (P-007). Requires `pods`.
bool SomeLackOnlyMetadata(const Situation& situation, const InPlace& in_place);

// An ordinary rollout believes what the API says of Pods, and would take others down beside one
// that is being restarted. One that fails will not be Ready for long.
bool LooksReadyInFlight(const Situation& situation, const InPlace& in_place);

}  // namespace windlass::deployment
