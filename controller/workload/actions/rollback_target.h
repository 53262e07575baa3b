// Which revision a rollback goes to (D-463, D-464, RO-022, RO-126).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the revision to which a rollback to 0 goes. Returns 0 if there is none. The first case
// that applies decides. "The template" is the workload's template:
//   1. The kind keeps a stable revision, and a revision other than that of the template was
//      complete: the highest such revision (RO-126).
//   2. Pods follow a revision: the highest revision other than that of the template. Normally this
//      is the revision that Pods follow, because its ReplicaSet has the highest number.
//   3. Otherwise: the revision before that of the template (LastRevision).
int64_t RevisionBefore(const Situation& situation, std::vector<const ReplicaSet*> candidates);

// Returns the ReplicaSet to which a rollback to `revision` goes back: the one that has this number
// now. If none has it:
//   - If `revision` is Workload::kept_revision, the revision that was complete last: returns the
//     result of FindStable, which may be null.
//   - For any other revision: returns the ReplicaSet that had this number before (RO-022); null if
//     there is none. For kinds that record no rollbacks, former numbers do not count, so the result
//     is null (D-464).
// Example of a number from before: while a workload is paused, a user asks for revision 3. Before
// the pause ends, the user applies the template of revision 3, so its ReplicaSet gets the number 5.
// Then the user applies another template. The rollback goes back to the ReplicaSet with the
// number 5.
const ReplicaSet* FindRollbackTarget(const Workload& workload,
                                     const std::vector<const ReplicaSet*>& candidates,
                                     int64_t revision);

// Returns true if `target` has the workload's own template, whichever revision Pods follow.
bool HasWorkloadsTemplate(const Situation& situation, const ReplicaSet& target);

// Returns the number that `target` will have after the rollback (NumberFor). Normally `target`
// keeps its number if that is the highest, and otherwise gets one more than the highest. Example:
// of the revisions 1, 2 and 3, revision 1 becomes 4.
int64_t NumberAfterRollback(const Workload& workload, const ReplicaSet& target,
                            std::vector<const ReplicaSet*> candidates);

// Returns the message for users that `revision` does not exist. The message also names the
// revisions of `candidates` to which a rollback can go. These are the revisions whose template is
// not the workload's. Call this if none of `candidates` has or had `revision`.
std::string NoSuchRevision(const Situation& situation, std::vector<const ReplicaSet*> candidates,
                           int64_t revision);

}  // namespace windlass::workload
