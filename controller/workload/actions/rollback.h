// Rollback to the revision that the workload asks for (Workload::roll_back_to). Source:
// D-460…D-472.
//
// A Deployment asks by an annotation (controller/deployment/rollback_annotation.h), which other
// clients and upstream's e2e suite use; `kubectl rollout undo` changes the template itself. If the
// workload is paused, the rollback waits for the resume (D-472). Otherwise nothing is scaled or
// rolled out before the request is answered (D-471), except in step 1 of HandleRollback. One write
// of the workload, not of its status, puts the template back, removes the request and ends the
// sync. In the next sync, an old ReplicaSet has the workload's template, so it is the new
// ReplicaSet and is rolled out as usual (D-470).
//
// Some kinds record what becomes of a request (WorkloadKind::NoteRollback). For these kinds:
//   - The record is written first. After a crash between record and rollback, the next sync
//     performs the rollback, because the request is still there (RO-020).
//   - A rollback usually gives its target a new number, but users may still ask for the former
//     number (RO-022). Example: revisions 1, 2 and 3; a rollback to 1 gives revision 1 the number
//     4. Later the present revision is 5, and a request for 1 means revision 4.
//   - If a user asks again for a revision that a rollback has brought back already, Windlass only
//     removes the request (RO-023). A request for 0 goes back one revision each time (RO-024).
//
// The API server may accept the write of a rollback and store something else, for example because
// of a mutating admission webhook. Two cases:
//   - The request is still there: it counts as answered, and the rollout goes on
//     (answered_rollback.h).
//   - The former template is back: an Event and the record say so, instead of reporting a rollback.
//
// Differs from upstream under Recreate: if a template is rolled back before it has a ReplicaSet,
// Windlass makes one of size 0 for it. Upstream makes one with all Pods, beside the old ones.
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the next step of a rollback:
//   - No rollback is asked for: nullopt. But if this sync has just done the last step below, the
//     end of the sync (EndIfRemoved of rollback_answer.h).
//   - The request is answered, but still there: the steps of NextOfAnswered (rollback_answer.h),
//     and at last nullopt.
//   - Otherwise: one of the steps below.
//
// The steps, for a request that is not answered yet:
//   1. Create or number the ReplicaSet of the present template, so that its number counts among the
//      revisions (D-462).
//   2. Read the chosen ReplicaSet uncached: the cache does not hold its template.
//   3. Read the workload uncached: step 4 writes all its annotations, and the cache does not hold
//      kubectl's last-applied configuration.
//   4. Write the workload. If there is nothing to go back to, the write only removes the request,
//      with a Warning that says why (D-463, D-465, D-466).
// Kinds that record rollbacks write the record before step 2, or before the request is removed.
//
// If step 1 makes no ReplicaSet, the present template has no number. The rollback then proceeds in
// two cases (RO-026):
//   - The extension holds the creation back.
//   - The creation fails, and the kind records rollbacks.
// A request for 0 then means the highest revision. For a kind that keeps a stable revision, it
// means the highest revision that was complete, if there is one.
//
// While Pods follow another revision (Workload::follow_revision), step 1 is left out, and the
// present template is the workload's own, not that of the Pods (RO-033).
std::optional<Step> HandleRollback(const Situation& situation);

}  // namespace windlass::workload
