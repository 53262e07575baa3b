// Which revisions have proven to work, and which ReplicaSets therefore keep Pods or get Pods back.
// Two notes on ReplicaSets show that a revision has proven to work:
//
//   internal.windlass.dev/complete  7/5d9dc68fdf
//     The ReplicaSet with that pod-template-hash was complete as revision 7: at one moment it had
//     all desired Pods, one or more. All were available, and no Pod was held back on another
//     revision. Kinds that keep a stable revision write this note (RO-121).
//   internal.windlass.dev/scaled-to-zero  <uid>/9/3
//     The ReplicaSet had 3 available Pods when its workload, which has that uid, was scaled to 0 in
//     its generation 9 (RO-122). The write that scales the ReplicaSet includes the note.
//
// Both notes survive the loss of the status, as when the object is restored from a backup. The uid
// distinguishes this workload from a deleted one of the same name.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns true if `rs` was complete once, according to its note or to Workload::kept_revision.
bool IsProven(const Situation& situation, const ReplicaSet& rs);

// Returns the ReplicaSet that was complete last: the one whose note `complete` has the highest
// revision. Returns null if no ReplicaSet has this note.
const ReplicaSet* FindLastComplete(const std::vector<const ReplicaSet*>& replica_sets);

// If the workload itself is scaled to 0, adds the note scaled-to-zero to `annotations`, which
// belong to a write that scales `rs` to 0.
void NoteScaledToZero(const Situation& situation, const ReplicaSet& rs,
                      std::map<std::string, std::string>& annotations);

// Returns true if the workload was scaled to 0 while `rs` had a size above 0. The Pods of `rs` need
// not have been available.
bool WasScaledToZero(const Workload& workload, const ReplicaSet& rs);

// Returns the ReplicaSet of `among` that had the Pods when the workload was last scaled to 0. If
// several had available Pods then, returns the first of
//   - the one of Workload::kept_revision
//   - the new one
//   - the one that had the most available Pods
// Returns null
//   - if none of `among` had available Pods then
//   - if the workload was scaled up since, and Recreate has removed all its Pods
const ReplicaSet* FindServedLast(const Situation& situation,
                                 const std::vector<const ReplicaSet*>& among);

// Returns the ReplicaSet, other than the new one, that Pods can go back to:
//   - the ReplicaSet of Workload::kept_revision
//   - without a kept revision: the result of FindServedLast, if no other old ReplicaSet has Pods
// Returns null if there is none.
const ReplicaSet* FindProvenOther(const Situation& situation);

// Returns the ReplicaSet whose Pods are removed last while steps or a partition are in force:
//   1. the ReplicaSet of the stable revision
//   2. without a stable revision, if several old ReplicaSets have Pods: the one with the most
//      available Pods; among equals, the older one. The others have canaries, or do not work.
// Returns null if neither exists, and in case 2 also
//   - if none of the old ReplicaSets has available Pods
//   - if the kind keeps no stable revision
//   - if the one with the most available Pods is younger than the new ReplicaSet: the rollout then
//     goes back to an earlier revision
const ReplicaSet* FindStableOrLargest(const Situation& situation);

// Returns the keeper: the ReplicaSet with the Pods that steps or a partition hold back. If some of
// these Pods are missing, the keeper gets new ones (RO-120). Example: 10 desired, a step of 30 %: 3
// new Pods, and the keeper has 7. Another client scales the keeper to 5: it gets 7 - 5 = 2 more.
// The keeper is the first of these that exists:
//   1. the ReplicaSet of FindProvenOther
//   2. while the template has no ReplicaSet: the oldest of several old ReplicaSets with Pods,
//      because the younger ones have canaries
//   3. while the template has a ReplicaSet: the only old ReplicaSet with Pods. After a revision was
//      complete, this ReplicaSet must have the name Workload::kept_name
// Cases 2 and 3 are for kinds that keep a stable revision. Returns null
//   - under Recreate
//   - if no Pod is held back. Exception: steps or a partition are in force, and the template has no
//     ReplicaSet, for example because it is refused
//   - if Pods are never replaced (Extended::of_one_replica_set), the keeper has size 0, and other
//     ReplicaSets have Pods
const ReplicaSet* FindKeeper(const Situation& situation);

// Returns the position of the keeper in `replica_sets`, for the functions of rolling_sizes.h;
// nullopt if `replica_sets` does not have the keeper, or if there is none. Differs from FindKeeper
// while the template has no ReplicaSet yet: case 3 of FindKeeper applies already, because the new
// ReplicaSet is about to be made. Example: 10 desired, surge 3, updated_max 1, and 5 Pods of the
// old ReplicaSet: the new one is made with 1 Pod, not with the 5 that are missing.
std::optional<size_t> PositionOfKeeper(const Situation& situation,
                                       const std::vector<const ReplicaSet*>& replica_sets);

}  // namespace windlass::workload
