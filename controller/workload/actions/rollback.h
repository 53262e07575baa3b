// Rollback to the revision that the workload asks for (Workload::roll_back_to). Source:
// D-460…D-472.
//
// A Deployment asks by an annotation (controller/deployment/rollback_annotation.h), which other
// clients and upstream's e2e suite use; `kubectl rollout undo` changes the template itself. While a
// rollback is asked for, nothing is scaled or rolled (D-471). One write of the workload's main
// endpoint puts the template back and removes the request. This write ends the sync: the next sync
// finds an old ReplicaSet as the new one and rolls out as usual (D-470).
//
// Only for kinds that record what becomes of a request (WorkloadKind::NoteRollback):
//   - The record is written first. A crash before the rollback leaves the request in place, and the
//     rollback is performed by the next sync (RO-020).
//   - A revision that is rolled back to gets a new number, but users may still ask for it by its
//     former number (RO-022). Example: revision 1 of 3 has become 4. When 5 is the present
//     revision, a request for 1 means revision 4.
//   - If a user sets the same value again while that revision is the present one, the request is
//     only removed (RO-023). The value 0 goes back one revision each time that a user sets it
//     (RO-024).
//
// Differs from upstream under Recreate: a template that is abandoned before it had a ReplicaSet
// gets one of size 0. Upstream gives it all its Pods, beside the old ones.
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the next step of a rollback; nullopt if none is asked for. The steps:
//   1. Create or number the ReplicaSet of the present template, so that its number counts among the
//     revisions (D-462). The rollback proceeds without that ReplicaSet if the extension holds its
//     creation back or, for kinds that record rollbacks, if it cannot be made. The template then
//     has no number, and 0 means the highest revision, for kinds that keep a stable revision the
//     highest that was complete (RO-026).
//   2. Read the chosen ReplicaSet uncached: the cache does not hold its template.
//   3. Read the workload uncached: its annotations are replaced whole, and the cache leaves out
//     kubectl's last-applied configuration.
//   4. Write the workload. If there is nothing to go back to, the write only removes the request,
//     with a Warning that says why (D-463, D-465, D-466).
// Kinds that record rollbacks write the record before step 2, or before the request is removed.
// While Pods follow another revision (Workload::follow_revision) step 1 is left out, and the
// present template is still the workload's own (RO-033).
std::optional<Step> HandleRollback(const Situation& situation);

}  // namespace windlass::workload
