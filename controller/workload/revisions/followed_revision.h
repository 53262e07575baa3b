// After an abort, the Pods of a workload follow a revision (Workload::follow_revision) instead of
// its template: they go back to the last revision that was complete (RO-030).
//
// The ReplicaSet of that revision counts as the new ReplicaSet, so every rule for rollouts applies,
// with four differences:
//   - The ReplicaSet gets the next number, as with a rollback, but keeps its annotations (RO-031).
//   - No step or partition holds Pods back on other revisions (RO-031).
//   - No ReplicaSet is made or numbered for the template, not even for a rollback (RO-033).
//   - Progressing is False, and no deadline runs (RO-034).
// While that revision has no ReplicaSet, no Pod moves to another revision, but the workload can
// still be scaled (RO-032). updatedReplicas then counts the Pods of the published revision, whose
// rollout was aborted.
#pragma once

#include <vector>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the ReplicaSet among `ours` that Pods are to follow, as found by FindKept (revisions.h);
// null if there is none. Requires workload.follow_revision.
const ReplicaSet* FindFollowed(const Workload& workload,
                               const std::vector<const ReplicaSet*>& ours);

// Returns true if Pods are to follow a revision whose ReplicaSet does not exist. The workload can
// then be scaled, but Windlass makes, rolls out and deletes no ReplicaSet.
bool HasNothingToFollow(const Situation& situation);

// Returns the ReplicaSet whose template Pods are to have: the new ReplicaSet. While
// HasNothingToFollow or Extended::published_is_new is true, returns the ReplicaSet of the published
// revision instead. Returns null if this ReplicaSet does not exist.
const ReplicaSet* FindWanted(const Situation& situation);

// Returns reason and message of Progressing while HasNothingToFollow is true. The ReplicaSet of the
// followed revision may still exist, if a client has changed its annotations. If Windlass finds a
// ReplicaSet that may be this one, the message names it, and says how a user confirms this.
RolloutRefusal NothingToFollow(const Situation& situation);

}  // namespace windlass::workload
