// Which revisions are known to have worked, from notes on their ReplicaSets.
//
//   internal.windlass.dev/complete  7/5d9dc68fdf
//     The ReplicaSet of that pod-template-hash was complete as revision 7: all desired Pods, at
//     least one, were available at one moment, and no step held any back. Kinds that keep a stable
//     revision write this note (RO-121).
//   internal.windlass.dev/scaled-to-zero  <uid>/9/3
//     The ReplicaSet had 3 available Pods when its workload, of that uid, was scaled to 0 in its
//     generation 9 (RO-122). The write that scales the ReplicaSet includes the note, so the note
//     costs no extra write.
//
// Both notes survive a lost status, for example of an object that was restored from a backup. The
// uid shows whether a scaled-to-zero note was written for this workload, or for another or a
// deleted one with the same name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/workload/annotations.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns true if `rs` was complete once, according to its note or to Workload::kept_revision.
bool IsProven(const Situation& situation, const ReplicaSet& rs);

// Returns the ReplicaSet that was complete last: the one whose note has the highest revision.
// Returns null if no ReplicaSet has a note.
const ReplicaSet* FindLastComplete(const std::vector<const ReplicaSet*>& replica_sets);

// If the workload itself is scaled to 0, adds the note scaled-to-zero to `annotations`, which
// belong to a write that scales `rs` to 0.
void NoteScaledToZero(const Situation& situation, const ReplicaSet& rs,
                      std::map<std::string, std::string>& annotations);

// Returns true if the workload was scaled to 0 while `rs` had Pods, whether or not these worked.
bool WasScaledToZero(const Workload& workload, const ReplicaSet& rs);

// Returns the ReplicaSet of `among` whose Pods served when the workload was last scaled to 0. Of
// the ReplicaSets that had available Pods then, the result is
//   - the one of Workload::kept_revision
//   - else the new one
//   - else the one that had the most available Pods
// Returns null if no ReplicaSet had available Pods, or if a Recreate has removed all Pods since the
// workload was scaled up from 0. The latest ReplicaSet shows that the workload was scaled up: its
// desired-replicas annotation is above 0.
const ReplicaSet* FindServedLast(const Situation& situation,
                                 const std::vector<const ReplicaSet*>& among);

// Returns the ReplicaSet, other than the new one, that Pods can go back to:
//   - the ReplicaSet of Workload::kept_revision
//   - without a kept revision, after the workload was scaled to 0: the ReplicaSet that served last,
//     as long as no other old ReplicaSet has Pods
// Returns null if there is none.
const ReplicaSet* FindProvenOther(const Situation& situation);

// Returns the keeper: the ReplicaSet with the Pods that steps or a partition hold back. If some of
// these Pods are missing, the keeper gets them (RO-120). The keeper is
//   - the ReplicaSet of FindProvenOther
//   - else, while the template has no ReplicaSet, the oldest of several ReplicaSets with Pods: no
//     revision was ever complete then
// Returns null
//   - if no Pod is held back at this size. Exception: while the template has no ReplicaSet, because
//     it is refused or the workload is paused, steps hold Pods back at every size, so that no other
//     revision gets a Pod
//   - under Recreate
//   - if the keeper has no Pods, others have some, and only one ReplicaSet is to have Pods
//     (Extended::of_one_replica_set)
const ReplicaSet* FindKeeper(const Situation& situation);

// Returns the position of the keeper in `replica_sets`, for the functions of rolling_sizes.h;
// nullopt if there is no keeper in `replica_sets`.
std::optional<size_t> PositionOfKeeper(const Situation& situation,
                                       const std::vector<const ReplicaSet*>& replica_sets);

}  // namespace windlass::workload
