// Rollback to the revision that the workload asks for (Workload::roll_back_to). Source:
// D-460…D-472.
//
// A Deployment asks for a rollback by an annotation (controller/deployment/rollback_annotation.h),
// which upstream's e2e suite and some clients use. `kubectl rollout undo` does not use it, but
// changes the template itself. If the workload is paused, the rollback waits for the resume
// (D-472). Otherwise nothing is scaled or rolled out before the request is answered (D-471), except
// in step 1 of HandleRollback. One write of the workload (not of its status) puts the template back
// and removes the request. Then the sync ends. In the next sync, an old ReplicaSet has the
// workload's template. So this ReplicaSet counts as the new one, and is rolled out as usual
// (D-470).
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
//   - The former template is back: an Event and the record say this, and report no rollback.
//
// Differs from upstream under Recreate, if a template is rolled back before it has a ReplicaSet:
// Windlass makes a ReplicaSet of size 0 for the template. Upstream makes a ReplicaSet with all
// Pods, beside the old Pods.
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the next step of a rollback:
//   - The workload asks for no rollback: nullopt. Exception: if this sync has just sent the write
//     of step 4 below, the end of the sync (EndIfRemoved of rollback_answer.h).
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
// In these cases, a request for 0 means the highest revision. For a kind that keeps a stable
// revision, the request means the highest revision that was complete, if there is one.
//
// While Pods follow another revision (Workload::follow_revision), Windlass leaves out step 1. "The
// present template" is then the workload's own template, not the template of the Pods (RO-033).
std::optional<Step> HandleRollback(const Situation& situation);

}  // namespace windlass::workload
