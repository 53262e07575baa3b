// Deletion of old ReplicaSets beyond revisionHistoryLimit. Source: D-480…D-487.
#pragma once

#include <optional>
#include <vector>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the old ReplicaSets to delete, lowest revision first (D-482…D-486). Does not count
// ReplicaSets that are being deleted already. If there are n more old ReplicaSets than
// revisionHistoryLimit allows:
//   1. Chooses the n with the lowest revisions. Exception: the ReplicaSet that was complete last
//      (proven.h) is chosen after all others, so that users can go back to it (RO-124).
//   2. Leaves out the chosen ReplicaSets that must stay, and chooses no others instead.
// These must stay:
// - ReplicaSets that still have Pods, or a size above 0
// - ReplicaSets whose latest generation the ReplicaSet controller has not observed
// - under Recreate, ReplicaSets that may have terminating Pods (S-010)
// - ReplicaSets that the extension needs (Extended::kept)
// - ReplicaSets that the workload may go back to, such as that of Workload::kept_revision (RO-035)
// - ReplicaSets whose number another template could get after the deletion, such as a number above
//   that of the new ReplicaSet (I-11)
// Examples:
// - limit 2, three old ReplicaSets (revisions 1, 2 and 3), only 1 was complete: 2 is deleted
// - limit 2, five old ReplicaSets: the three with the lowest revisions are chosen. If one of these
//   has Pods, only the other two are deleted
std::vector<const ReplicaSet*> ReplicaSetsToDelete(const Situation& situation);

// Returns the next deletion; nullopt if there is nothing to delete, or if it is not time to clean
// up. The deletion has uid and resourceVersion as preconditions. So the API server does not delete
// a ReplicaSet that another client has scaled up meanwhile (B-31).
//
// It is time to clean up in two cases:
//   1. The rollout is complete, there is a new ReplicaSet, and the workload is not paused (D-481).
//   2. All of these hold:
//        - No rollback waits (D-472).
//        - There is a new ReplicaSet, or the wanted template is known (RO-039).
//        - The workload is paused, or the rollout rests at a step or a partition, or the kind keeps
//          the revision that was complete last (RO-125).
std::optional<Step> CleanUpHistory(const Situation& situation);

}  // namespace windlass::workload
