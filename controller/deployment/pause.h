// A paused Deployment: kept at its size, never rolled out. Source: D-056…D-067, D-350.
//
// Scaling goes on (HandleScaling), revision and annotations of the new ReplicaSet follow, history
// is cleaned up whether or not the rollout is complete, unless a rollback waits for the resume
// (D-472). No ReplicaSet is created. The deadline does not run, and no timer is set (D-443).
//
// Two differences from upstream (docs/differences.md):
//   - upstream writes the condition in a status write of its own before anything else, and the
//     counters in another; here both are one write, after the ReplicaSets (D-610);
//   - under Recreate upstream starts the new ReplicaSet's Pods beside old ones when it is paused at
//     the wrong moment; here the promise of the strategy holds, paused or not (S-010).
#pragma once

#include <optional>

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// Returns the next step for a paused Deployment. Requires spec.paused, and that no update in place
// has a step for it (in_place.h).
Step NextWhilePaused(const Situation& situation);

// A Deployment that was paused and no longer is says so in a status write of its own, from which
// the deadline counts anew (D-063, D-064). nullopt when there is nothing to say.
std::optional<Step> AcknowledgeResume(const Situation& situation);

}  // namespace windlass::deployment
