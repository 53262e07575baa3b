// What to do when the name of the new ReplicaSet is taken, or when a created ReplicaSet comes back
// changed. Source: D-176…D-179.
//
// The name is deterministic, so a create may be repeated after a crash. If the name is taken:
//   - by our own ReplicaSet with this template: an uncached read puts that ReplicaSet into the
//     cache. Windlass then finds it there as the new ReplicaSet (D-177);
//   - by anything else: collisionCount in the status grows by one and the sync fails. The next
//     sync, after back-off, uses another name (D-178). A sync whose create failed sends no second
//     create.
//
// Differs from upstream if ReplicaSets are changed while they are created, for example by an
// admission webhook (B-10). Upstream takes its own changed ReplicaSet for a collision and creates
// another, without end. Windlass stops the rollout with Progressing=False, until a user changes the
// workload or deletes the created ReplicaSets. It stops in three cases:
//   - The reply to a create shows something other than the new ReplicaSet. If the ReplicaSet is
//     only deleted or released later, Windlass tries again.
//   - One of our ReplicaSets has the name to be created, and a revision that no status has
//     acknowledged. Exception: this ReplicaSet had another number before, or was complete. The
//     collision is then an ordinary one.
//   - Three names in a row, all for the present template, belong to ReplicaSets that were made for
//     this workload and then changed or taken away.
#pragma once

#include <optional>
#include <string>

#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

struct RefusedCreate {
  std::string name;
  Error error;
};

// Returns the next step after the create `refused`, whose name is taken. `parts` describes the
// ReplicaSet that Windlass would create now.
Step AfterNameWasTaken(const Situation& situation, const RefusedCreate& refused,
                       const NewReplicaSet& parts);

// Returns
//   - the step that stops the rollout, if this sync created the ReplicaSet `name`, and the reply
//     shows something other than the new ReplicaSet
//   - the same step, if our ReplicaSet `name` has a revision that no status has acknowledged.
//     Exception: this ReplicaSet had another number before, or was complete
//   - a failure with back-off, if this sync created the ReplicaSet unchanged, but it was deleted or
//     released since. The next sync tries again
//   - nullopt, if the ReplicaSet `name` can be created
std::optional<Step> AfterCreate(const Situation& situation, const std::string& name);

}  // namespace windlass::workload
