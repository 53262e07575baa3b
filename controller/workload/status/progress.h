// The conditions Progressing and ReplicaFailure: is the rollout getting anywhere? Source:
// D-420…D-435. deadline.h decides when a rollout times out.
//
// The report that a rollout has begun is derived from stored objects. So it is not lost if the
// process crashes between the create of a ReplicaSet and the status write. A rollout is
// unacknowledged, and a status has yet to report its begin, if
//   1. the workload's published revision differs from that of its new ReplicaSet, and the
//      Progressing condition is not about this ReplicaSet; or
//   2. the published revision is the former one of the new ReplicaSet: the rollout left this
//      ReplicaSet and came back to it; or
//   3. the new ReplicaSet is younger than the Progressing condition. Example: it was deleted and
//      made again with the same revision. Exception: the condition and the counters say that the
//      rollout to this ReplicaSet is complete. The clock that gave the condition its time was then
//      behind.
//
// The next status write acknowledges the rollout and starts its deadline. The time of a Progressing
// condition is never before the creation of the ReplicaSet that the condition is about, whatever
// our clock says.
//
// The reason of the condition when a rollout begins:
//   - FoundNewReplicaSet for a ReplicaSet that has a history of revisions or is older than its
//     workload (it was adopted), or after an aborted rollout;
//   - NewReplicaSetCreated for every other.
// Upstream does not start the deadline anew when a rollout goes back to an existing ReplicaSet
// (B-08, W-12), and keeps the old message when a second rollout begins before the first one moved.
//
// A Recreate that waits until old Pods are gone has no new ReplicaSet yet. Its rollout has begun,
// so its deadline runs. Upstream still shows the earlier rollout's "complete": its counters leave
// out terminating Pods, so all 0 Pods count as updated.
//
// While Pods follow a revision (followed_revision.h), Progressing is False with reason
// "<Kind>Aborted", also while paused. Exception: the reason is NothingToAbortTo if that revision
// has no ReplicaSet. When Pods no longer follow a revision, the rollout of the template begins anew
// (RO-034).
//
// While a rollout stands still (Extended::at_rest, Extended::standstills), an extension can replace
// the reason that is drafted here by "<Kind>PausedAtStep". After the standstill, the functions
// below replace that reason (RO-036).
#pragma once

#include <string>
#include <string_view>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns a Progressing condition whose time is never before the creation of the new ReplicaSet,
// however far our clock is behind the API server's.
Condition Progressing(const Situation& situation, std::string_view status, std::string_view reason,
                      std::string message);

// Returns true if `progressing` says that nothing was rolled out: a user asked for that, or the
// extension refused the rollout. Examples: a pause or its end, an abort, InPlaceNotPossible
// (P-014).
bool TellsOfHalt(const Condition& progressing);

// Returns true if `progressing` says that the rollout begins: a ReplicaSet was made or found.
bool TellsOfBegin(const Condition& progressing);

// Returns true if the message of `progressing` is about the new ReplicaSet: it says that this
// ReplicaSet was created or found, or what happened to it later. Returns false if there is no new
// ReplicaSet, or if `progressing` is null.
bool SpeaksOfNewReplicaSet(const Situation& situation, const Condition* progressing);

// Returns true if the message of `progressing` is about the workload, as in `Rollout "web" is
// progressing.` Such a message was written while there was no new ReplicaSet, or while Windlass did
// not know which one it is.
bool SpeaksOfWorkload(const Workload& workload, const Condition& progressing);

// Returns Progressing of a rollout that is under way: `ReplicaSet "web-7c9" is progressing.`
Condition Moving(const Situation& situation);

// Returns Progressing of a rollout whose deadline has passed: `… has timed out progressing.`
Condition Exceeded(const Situation& situation);

// Returns Progressing of a rollout that is complete: `… has successfully progressed.`
Condition Completed(const Situation& situation);

// If the counters of `status` show progress since the stored status, renews Progressing in
// `status`, even with the same reason, and returns true (D-424). Otherwise, or without a deadline,
// returns false.
bool RenewIfMoved(const Situation& situation, WorkloadStatus& status);

// Brings the Progressing condition of `status` up to date. Requires that `status` has its new
// counters (D-421…D-427).
void UpdateProgressing(const Situation& situation, WorkloadStatus& status);

// Like UpdateProgressing, for a sync that cannot act upon the generation: a refused write, a failed
// dry run or a size for which there is no room holds the rollout up. Differences:
//   - Pods that become ready do not count as progress, because they follow from earlier decisions.
//   - If no status has reported the rollout, Progressing reports its begin: it can then time out.
//   - Otherwise the condition changes only when its deadline passes, or when a halt is over
//     (TellsOfHalt).
// Is the same as UpdateProgressing if the extension refused the rollout, if Pods follow a revision,
// or without a deadline.
void UpdateProgressingHeldUp(const Situation& situation, WorkloadStatus& status);

// Sets Progressing to say that the workload is paused. Leaves the condition unchanged if it says
// that the deadline has passed, or if there is no deadline (D-060…D-062). While Pods follow a
// revision, sets Progressing as UpdateProgressing does.
void MarkPaused(const Situation& situation, WorkloadStatus& status);

// Sets ReplicaFailure to the first of these that exists (D-434):
//   1. ReplicaFailure of the new ReplicaSet, else of the first other ReplicaSet that has the
//      condition: it says why Pods are missing or stay. Upstream shows this condition, and users
//      expect it;
//   2. the write that the API server refused in this sync (refused_write.h), which is also logged;
//   3. annotations for which the new ReplicaSet has no room (copied_annotations.h).
// Removes the condition if none exists.
void UpdateReplicaFailure(const Situation& situation, WorkloadStatus& status);

// Calls UpdateReplicaFailure only if its case 2 or 3 exists, or if the stored condition has a
// reason of Windlass's own, which may no longer apply. Otherwise leaves the condition as it is
// (D-420).
void KeepReplicaFailure(const Situation& situation, WorkloadStatus& status);

}  // namespace windlass::workload
