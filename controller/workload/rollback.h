// Rollback by annotation: `deprecated.deployment.rollback.to` names the revision to go back to.
// Source: D-460…D-472.
//
// kubectl rollout undo does not use it (it changes the template itself); other clients and
// upstream's e2e suite do. While the annotation is there, nothing is scaled or rolled (D-471). One
// write of the Deployment's main endpoint puts the template back and clears the annotation. It ends
// the sync: the next sync finds an old ReplicaSet as the new one and rolls out as usual (D-470).
//
// Differs from upstream under Recreate: a template that is abandoned before it had a ReplicaSet
// gets one of size 0. Upstream gives it all its Pods, beside the old ones.
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the next step of a rollback; nullopt if none is asked for. The steps:
//   1. Create or number the ReplicaSet of the present template, so that its number counts among the
//     revisions (D-462).
//   2. Read the chosen ReplicaSet uncached: the cache does not hold its template.
//   3. Read the Deployment uncached: its annotations are replaced whole, and the cache leaves out
//     kubectl's last-applied configuration.
//   4. Write the Deployment. If there is nothing to go back to, the write only clears the
//     annotation, with a Warning that says why (D-463, D-465, D-466).
std::optional<Step> HandleRollback(const Situation& situation);

}  // namespace windlass::workload
