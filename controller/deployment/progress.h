// Progressing and ReplicaFailure: is the rollout getting anywhere? Source: D-420…D-435.
//
// That it expires is decided in deadline.h.
//
// "Created" survives a crash. The create and the status write that tells about it are two calls, so
// the telling is derived from what is stored, not from what this process did: a Deployment whose
// revision annotation differs from its new ReplicaSet's, or whose new ReplicaSet is younger than
// the last word on its rollout (made again, it has the revision it had), has a rollout nobody
// acknowledged. Its next status write ends both, and starts the deadline: whatever our clock says,
// no word is older than the ReplicaSet it is about. A revision that differs although the last word
// is about this very ReplicaSet was lost or overwritten, unless it is the one this ReplicaSet had
// before. Which reason the write gives is derived as well:
//   - a ReplicaSet that had another revision before (it carries a history), or is older than its
//     Deployment (it was adopted), was found: FoundNewReplicaSet;
//   - every other was created for this rollout: NewReplicaSetCreated.
// Upstream leaves the deadline alone when a rollout goes back to an existing ReplicaSet (B-08,
// W-12), and keeps the old message when a second rollout begins before the first one moved.
//
// The same holds where no new ReplicaSet exists yet: Recreate waiting for old Pods is a rollout
// that has begun, and is timed. Upstream takes "complete", said of the ReplicaSet before, for a
// word on this one, since with no Pod counted all counted ones are
// updated.
#pragma once

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// Brings the Progressing condition of `status` up to date; `status` has its new counters already
// (D-421…D-427).
void UpdateProgressing(const Situation& situation, WorkloadStatus& status);

// The same while a refused write holds the rollout up: the condition changes by its deadline only.
// So that it can expire, a rollout that no status has told of begins here, too. Pods that become
// ready meanwhile were decided on before: they do not put the verdict off.
void UpdateProgressingHeldUp(const Situation& situation, WorkloadStatus& status);

// Progressing says that the Deployment is paused; a verdict that the deadline has passed stays, and
// without a deadline nothing is said (D-060…D-062).
void MarkPaused(const Situation& situation, WorkloadStatus& status);

// ReplicaFailure, by the first of these that is there (D-434):
//   1. the new ReplicaSet's own condition, else the first other ReplicaSet's: Pods are missing or
//      stay, and it says why. It is what upstream shows, and what its users read there;
//   2. the write that the API server refused in this sync (refused_write.h), which the log has in
//      any case.
// Removed if there is neither.
void UpdateReplicaFailure(const Situation& situation, WorkloadStatus& status);

// The same where ReplicaFailure stays as it is (D-420): it changes only if a write was refused in
// this sync, or if it tells of one that is refused no more.
void KeepReplicaFailure(const Situation& situation, WorkloadStatus& status);

}  // namespace windlass::deployment
