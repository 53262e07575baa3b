// Which revisions are known to have worked, from notes on their ReplicaSets.
//
//   internal.windlass.dev/complete  7/5d9dc68fdf
//     The ReplicaSet of that pod-template-hash was complete as revision 7: all desired Pods, at
//     least one, were available at one moment, and no step held any back. Kinds that follow a
//     stable revision write it (RO-121).
//   internal.windlass.dev/scaled-to-zero  <uid>/9/3
//     The ReplicaSet had 3 available Pods when its workload, of that uid, was scaled to 0 in its
//     generation 9 (RO-122). The write that scales it has the note, so it costs no write.
//
// Both notes survive a lost status, for example of an object that was restored from a backup. The
// uid tells a scaled-to-zero note from one of another workload, or of a former one with the same
// name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/workload/annotations.h"
#include "controller/workload/revisions.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns true if `rs` was complete once, as its note or Workload::kept_revision says.
bool IsProven(const Situation& situation, const ReplicaSet& rs);

// Returns the ReplicaSet that was complete last: the one with the highest revision in its note.
// Returns null if none has a note.
const ReplicaSet* FindLastComplete(const std::vector<const ReplicaSet*>& replica_sets);

// Adds the note scaled-to-zero to `annotations`, those of a write that scales `rs` to 0, if the
// workload itself is scaled to 0.
void NoteScaledToZero(const Situation& situation, const ReplicaSet& rs,
                      std::map<std::string, std::string>& annotations);

// Returns true if the workload was scaled to 0 while `rs` had Pods, whether or not these worked.
bool WasScaledToZero(const Workload& workload, const ReplicaSet& rs);

// Returns the ReplicaSet of `among` whose Pods served when the workload was last scaled to 0. Of
// the ReplicaSets that had available Pods then, it is
//   - the one of Workload::kept_revision
//   - else the new one
//   - else the one that had most of them
// Returns null if no ReplicaSet had available Pods, or if a Recreate has removed all Pods since the
// workload woke. The latest ReplicaSet shows that it woke: its annotation holds another size than
// 0.
const ReplicaSet* FindServedLast(const Situation& situation,
                                 const std::vector<const ReplicaSet*>& among);

// Returns the ReplicaSet that Pods can go back to, which is not the new one:
//   - the one of Workload::kept_revision
//   - without a kept revision, after the workload was scaled to 0: the one that served last, as
//     long as no other old one has Pods
// Returns null if there is none.
const ReplicaSet* FindProvenOther(const Situation& situation);

// Returns the keeper: the ReplicaSet that keeps the Pods which steps or a partition hold back, and
// gets those that are missing (RO-120). It is
//   - that of FindProvenOther
//   - else, while the template has no ReplicaSet, the oldest of several with Pods: no revision was
//     ever complete then
// Returns null
//   - if nothing is held back now. While the template has no ReplicaSet, because it is refused or
//     the workload is paused, steps hold back at every size: no other revision may get a Pod
//   - under Recreate
//   - if the keeper has no Pods and no second ReplicaSet is to get some
const ReplicaSet* FindKeeper(const Situation& situation);

// Returns the position of the keeper in `replica_sets`, as rolling.h asks for it; nullopt if there
// is none.
std::optional<size_t> PositionOfKeeper(const Situation& situation,
                                       const std::vector<const ReplicaSet*>& replica_sets);

}  // namespace windlass::workload
