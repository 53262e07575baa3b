// Which revision a rollback goes to (D-463, D-464, RO-022, RO-126).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the revision that a rollback to 0 goes to; 0 if there is none:
//   - if the kind keeps a stable revision, and a revision other than that of the workload's
//     template was complete: the highest such revision (RO-126)
//   - otherwise, while Pods follow a revision: the highest revision other than that of the
//     template. This is normally the revision that the Pods follow, because its ReplicaSet has the
//     highest number
//   - otherwise: the revision before that of the template (LastRevision)
int64_t RevisionBefore(const Situation& situation, std::vector<const ReplicaSet*> candidates);

// Returns the ReplicaSet that a rollback to `revision` goes back to: the one that has this number.
// If none has it any more, returns
//   - for the kept revision: the result of FindStable
//   - for another revision, if the kind records rollbacks: the ReplicaSet that had the number
//     before (RO-022). Example: while a workload is paused, a user asks for revision 3. Before the
//     pause ends, the user applies the template of revision 3, so its ReplicaSet gets the number 5,
//     and then another template
//   - for another revision of any other kind: null, because former numbers do not count (D-464)
const ReplicaSet* FindRollbackTarget(const Workload& workload,
                                     const std::vector<const ReplicaSet*>& candidates,
                                     int64_t revision);

// Returns true if `target` has the workload's own template, whichever revision Pods follow.
bool HasWorkloadsTemplate(const Situation& situation, const ReplicaSet& target);

// Returns the number that `target` will have after the rollback (NumberFor): normally its present
// number if that is the highest, else one above all others. Example: revision 1 of 1, 2 and 3
// becomes 4.
int64_t NumberAfterRollback(const Workload& workload, const ReplicaSet& target,
                            std::vector<const ReplicaSet*> candidates);

// Returns why there is no rollback to `revision`, which none of `candidates` has or had. Names the
// revisions to which a rollback can go: those with another template than the workload's.
std::string NoSuchRevision(const Situation& situation, std::vector<const ReplicaSet*> candidates,
                           int64_t revision);

}  // namespace windlass::workload
