// Deletion of old ReplicaSets beyond revisionHistoryLimit. Source: D-480…D-487.
#pragma once

#include <optional>
#include <vector>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the old ReplicaSets to delete, lowest revision first. ReplicaSets that are being deleted
// already do not count. If there are n more old ReplicaSets than revisionHistoryLimit allows,
// chooses n of them, and then leaves out each of the n that must stay (D-482…D-486). These stay:
// - ReplicaSets that still have Pods, or a size above 0
// - ReplicaSets whose latest generation the ReplicaSet controller has not observed
// - under Recreate, ReplicaSets that may have terminating Pods (S-010)
// - ReplicaSets that the extension needs (Extended::kept)
// - ReplicaSets that the workload may go back to, such as that of Workload::kept_revision (RO-035)
// - ReplicaSets whose number another template could get after the deletion, such as a number above
//   that of the new ReplicaSet (I-11)
// The ReplicaSet that was complete last (proven.h) is chosen last, so that users can go back to it
// (RO-124). Examples:
// - 3 old ones (revisions 1, 2, 3), only 1 was complete, limit 2: revision 2 is deleted
// - 5 old ones, limit 2: the three lowest revisions are chosen; if one of these has Pods, only the
//   other two are deleted
std::vector<const ReplicaSet*> ReplicaSetsToDelete(const Situation& situation);

// Returns the next deletion; nullopt if there is nothing to delete, or if it is not time to clean
// up. The deletion carries uid and resourceVersion as preconditions, so a ReplicaSet that was
// scaled up meanwhile is not deleted (B-31).
//
// History is cleaned up when the rollout is complete and the workload is not paused (D-481). It is
// also cleaned up if all of these hold:
//   - No rollback waits (D-472).
//   - There is a new ReplicaSet, or the wanted template is known (RO-039).
//   - The workload is paused, the rollout rests at a step or a partition, or the kind keeps the
//     revision that was complete last (RO-125).
std::optional<Step> CleanUpHistory(const Situation& situation);

}  // namespace windlass::workload
