// Names that are taken, and ReplicaSets that come back changed. Source: D-176…D-179.
//
// The name is deterministic, so a create may be repeated after a crash. When the name is taken:
//   - by our own ReplicaSet with this template: an uncached read folds it into the cache, and it
//     simply is the new one (D-177);
//   - by anything else: collisionCount grows by one in the status and the sync fails; the next one,
//     after back-off, uses another name (D-178). Never a second create in the same sync.
//
// Differs from upstream where somebody, such as an admission webhook, changes what is created on
// its way in (B-10). Upstream takes its own ReplicaSet for a collision and creates
// another, for ever. Here the rollout stops, with Progressing=False, until somebody changes the
// Deployment or deletes what was made:
//   - when the reply to a create shows something else than the new ReplicaSet (one that is deleted
//     or released right after it is no fault of a webhook);
//   - when a ReplicaSet of ours has the name that is to be created, and a revision no status ever
//     acknowledged (an acknowledged one whose template was edited later is an ordinary collision);
//   - when three names in a row, all for the present template, are those of ReplicaSets that were
//     made for this Deployment and changed or taken away.
#pragma once

#include <optional>
#include <string>

#include "controller/deployment/patches.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

struct RefusedCreate {
  std::string name;
  Error error;
};

// The next step after `refused`, whose name is taken. `parts` is what would be created now.
Step AfterNameWasTaken(const Situation& situation, const RefusedCreate& refused,
                       const NewReplicaSet& parts);

// The next step when `name` was created and yet is not the new ReplicaSet; nullopt when it may be
// created. One that is gone again is made by the next sync: at once, but with back-off when that
// happens again and again.
std::optional<Step> AfterCreate(const Situation& situation, const std::string& name);

}  // namespace windlass::deployment
