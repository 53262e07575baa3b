// Creating the new ReplicaSet, and what to do when the server says no. Source: D-170…D-182.
//
// The name is deterministic, so a create may be repeated after a crash. When the name is taken:
//   - by our own ReplicaSet with this template: an uncached read folds it into the cache, and it
//     simply is the new one (D-177);
//   - by anything else: collisionCount grows by one in the status and the sync fails; the next one,
//     after back-off, uses another name (D-178). Never a second create in the same sync.
//
// Differs from upstream where somebody, such as an admission webhook, changes what is created on
// its way in (contract B-10). Upstream takes its own ReplicaSet for a collision and creates
// another, for ever. Here the rollout stops, with Progressing=False, until somebody changes the
// Deployment or deletes what was made:
//   - when what this sync created came back as something else than the new ReplicaSet;
//   - when a ReplicaSet of ours has the name that is to be created, and a revision no status ever
//     acknowledged (an acknowledged one whose template was edited later is an ordinary collision);
//   - when three names in a row, all for the present template, are taken.
#pragma once

#include <optional>

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// The next step towards a new ReplicaSet, of `replicas` or of the size that is due (D-182).
// Requires that there is none.
Step CreateNewReplicaSet(const Situation& situation, std::optional<int32_t> replicas = {});

}  // namespace windlass::deployment
