// Creating the new ReplicaSet, and what to do when the server says no. Source: D-170…D-182.
//
// The name is deterministic, so a create may be repeated after a crash. When the name is taken:
//   - by our own ReplicaSet with this template: an uncached read folds it into the cache, and it
//   simply
//     is the new one (D-177);
//   - by anything else: collisionCount grows by one in the status and the sync fails; the next one,
//   after
//     back-off, uses another name (D-178). Never a second create in the same sync.
//
// Differs from upstream where an admission webhook changes the template on its way in (contract
// B-10). Upstream takes its own ReplicaSet for a collision and creates another, for ever. Here a
// ReplicaSet of ours under the name that is to be created, with a revision no status ever
// acknowledged, stops the rollout until somebody changes the Deployment or deletes that ReplicaSet.
// An acknowledged one whose template was edited later is an ordinary collision.
#pragma once

#include <optional>

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// The next step towards a new ReplicaSet, of `replicas` or of the size that is due (D-182).
// Requires that there is none.
Step CreateNewReplicaSet(const Situation& situation, std::optional<int32_t> replicas = {});

}  // namespace windlass::deployment
