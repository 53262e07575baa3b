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
#include "kubeclient/api/deployment.h"

namespace windlass::deployment {

// The next step for a paused Deployment. Requires spec.paused.
Step NextWhilePaused(const Situation& situation);

// Progressing says that the Deployment is paused; a verdict that the deadline has passed stays, and
// without a deadline nothing is said (D-060…D-062).
void MarkPaused(const Situation& situation, DeploymentStatus& status);

// A Deployment that was paused and no longer is says so in a status write of its own, from which
// the deadline counts anew (D-063, D-064). nullopt when there is nothing to say.
std::optional<Step> AcknowledgeResume(const Situation& situation);

}  // namespace windlass::deployment
