// The conditions Progressing and ReplicaFailure: is the rollout getting anywhere? Source:
// D-420…D-435. deadline.h decides when a rollout times out.
//
// Windlass derives from stored objects whether a status has reported that a rollout began. So a
// crash between the create of a ReplicaSet and the status write does not lose the report. The
// beginning of a rollout is not reported yet (the rollout is unacknowledged) if
//   1. the workload's published revision differs from that of its new ReplicaSet, and the
//      Progressing condition is not about this ReplicaSet; or
//   2. the published revision is the one that the new ReplicaSet had before its present one: the
//      rollout left this ReplicaSet and came back to it; or
//   3. the new ReplicaSet was made after the last update of the Progressing condition, or this
//      condition still reports a refused create. Example: the ReplicaSet was deleted and made again
//      with the same revision. Exception: condition and counters show that this ReplicaSet is
//      rolled out. The condition's time is then from a clock that was behind.
//
// The next status write acknowledges the rollout and starts its deadline. If a Progressing
// condition is about a ReplicaSet, its time is never before the creation of that ReplicaSet,
// whatever our clock says.
//
// The reason of the condition when a rollout begins:
//   - FoundNewReplicaSet if the new ReplicaSet has a history of revisions or is older than its
//     workload (it was adopted), or if the rollout was aborted before;
//   - otherwise NewReplicaSetCreated.
// Upstream does not start the deadline anew when a rollout goes back to an existing ReplicaSet
// (B-08, W-12). If a second rollout begins before the first one moved, upstream also keeps the
// message of the first one.
//
// While a Recreate waits until old Pods are gone, its rollout has begun and its deadline runs. It
// may have no new ReplicaSet yet. Upstream still shows that the earlier rollout is complete: it
// does not count terminating Pods, and takes 0 updated Pods of 0 Pods for complete.
//
// After an abort, while Pods follow an earlier revision (followed_revision.h), Progressing is
// False, even if the workload is paused. The reason is "<Kind>Aborted", or NothingToAbortTo if that
// revision has no ReplicaSet. When Pods follow the template again, its rollout begins anew
// (RO-034).
//
// While a rollout stands still (Extended::at_rest, Extended::standstills), an extension can set the
// reason of Progressing to "<Kind>PausedAtStep". When the standstill is over, the functions below
// replace this reason (RO-036).
#pragma once

#include <string>
#include <string_view>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns a Progressing condition whose time is never before the creation of the new ReplicaSet,
// however far our clock is behind the API server's.
Condition Progressing(const Situation& situation, std::string_view status, std::string_view reason,
                      std::string message);

// Returns true if `progressing` says that the rollout was halted, or that a pause ended. A timeout
// and a refused create are not halts. Examples of reasons: DeploymentPaused, DeploymentResumed,
// RolloutAborted, InPlaceNotPossible (P-014), InvalidStrategy.
bool TellsOfHalt(const Condition& progressing);

// Returns true if `progressing` says that the rollout begins: a ReplicaSet was made or found.
bool TellsOfBegin(const Condition& progressing);

// Returns true if the message of `progressing` is about the new ReplicaSet: it says that this
// ReplicaSet was created or found, or what happened to it later. Returns false if there is no new
// ReplicaSet, or if `progressing` is null.
bool SpeaksOfNewReplicaSet(const Situation& situation, const Condition* progressing);

// Returns true if the message of `progressing` is about the workload, as in `Rollout "web" is
// progressing.` Windlass writes such a message while there is no new ReplicaSet, or while it does
// not know which ReplicaSet is the new one.
bool SpeaksOfWorkload(const Workload& workload, const Condition& progressing);

// Returns Progressing of a rollout that is under way: `ReplicaSet "web-7c9" is progressing.`
Condition Moving(const Situation& situation);

// Returns Progressing of a rollout whose deadline has passed: `… has timed out progressing.`
Condition Exceeded(const Situation& situation);

// Returns Progressing of a rollout that is complete: `… has successfully progressed.`
Condition Completed(const Situation& situation);

// If the counters of `status` show progress since the stored status, writes Progressing anew in
// `status`, and returns true (D-424). Progressing gets a new time even if its reason stays the
// same. Otherwise, or without a deadline, returns false.
bool RenewIfMoved(const Situation& situation, WorkloadStatus& status);

// Brings the Progressing condition of `status` up to date. Requires that `status` has its new
// counters (D-421…D-427).
void UpdateProgressing(const Situation& situation, WorkloadStatus& status);

// Like UpdateProgressing, for a sync that cannot act upon the generation: a write was refused, a
// dry run failed, or there is no room for a size. Differences:
//   - Pods that become ready do not count as progress, because they follow from earlier decisions.
//   - Progressing reports the beginning of the rollout if no status has reported it before. So the
//     rollout can time out.
//   - Otherwise the condition changes only if it is missing, its deadline passes, a halt is over
//     (TellsOfHalt), or it is about an earlier rollout.
//   - While Extended::published_is_new is true, the condition does not change.
// Does the same as UpdateProgressing if there is no deadline, if the extension refused the
// rollout, or while Pods follow an earlier revision.
void UpdateProgressingHeldUp(const Situation& situation, WorkloadStatus& status);

// Returns the reason of Progressing while Pods follow a revision, such as "RolloutAborted"
// (RO-034).
std::string AbortedReason(const Workload& workload);

// Sets Progressing of a paused workload (D-060…D-062). The first case that applies:
//   - There is no deadline: unchanged.
//   - Pods follow a revision: as UpdateProgressing sets it. So "aborted" replaces "timed out"
//     (RO-034).
//   - Progressing says "timed out", and KindTraits::pause_ends_timeout is false: unchanged.
//   - Otherwise: "paused".
void MarkPaused(const Situation& situation, WorkloadStatus& status);

// Sets ReplicaFailure to the first of these that exists (D-434):
//   1. ReplicaFailure of the new ReplicaSet, else of the first other ReplicaSet that has this
//      condition. It says why Pods are not created or not deleted. Upstream shows it, too;
//   2. the write that the API server refused in this sync, or the size that it did not keep
//      (refused_write.h). Both are also logged;
//   3. annotations for which the new ReplicaSet has no room (copied_annotations.h).
// Removes the condition if none exists.
void UpdateReplicaFailure(const Situation& situation, WorkloadStatus& status);

// Calls UpdateReplicaFailure if one of these holds, and otherwise leaves the condition as it is
// (D-420):
//   - in this sync, the API server refused a write, or stored a ReplicaSet with another size than
//     Windlass asked for
//   - the new ReplicaSet has no room for annotations
//   - the stored condition has a reason that only Windlass sets. The cause may be gone, so Windlass
//     checks again
void KeepReplicaFailure(const Situation& situation, WorkloadStatus& status);

}  // namespace windlass::workload
