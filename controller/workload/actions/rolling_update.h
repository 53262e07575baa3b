// The order of the writes of a RollingUpdate. rolling_sizes.h computes the sizes.
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the first of these writes that is due:
//   1. create the new ReplicaSet
//   2. update the annotations of the new ReplicaSet, and set its size
//   3. shrink an old ReplicaSet, the oldest first (D-260). While steps or a partition are in force,
//      the ReplicaSet of the stable revision shrinks last (RO-087)
//   4. grow the keeper (proven.h) if Pods that are held back on the old revision are missing
//      (RO-120)
// If none is due, returns the read that may show room for more new Pods (Growth::ask); nullopt if
// no read is needed.
//
// Upstream ends its pass after a write to the new ReplicaSet (D-262). Windlass goes on to the old
// ReplicaSets in the same sync. It can do so, because the write does not change how many old Pods
// may be removed:
//
//   removable old Pods = all Pods - minimum available - new Pods that are not available
//
// Example: 10 desired, maxUnavailable 2, so at least 8 available; 8 old Pods; the new ReplicaSet
// grows from 3 to 5, and none of its Pods is available.
//   before: 11 - 8 - 3 = 0
//   after:  13 - 8 - 5 = 0
//
// A new ReplicaSet with Pods does not grow
//   - before the Pods of its last size are made. Exceptions: its status shows a failure, or all
//     other ReplicaSets have size 0;
//   - in the sync in which an old ReplicaSet shrinks. Exception: the new one can grow by at least
//     the largest of 10, surge and max_unavailable.
// Example of waiting: 10 desired, at most 13 Pods, at least 8 available; new 3 and old 8, all
// available.
//   - The old one is set to 8 - (11 - 8) = 5, so there are 5 + 3 = 8 Pods in all. When the removed
//     Pods are gone, the new one is set to 3 + (13 - 8) = 8.
//   - Without waiting, the new one would first be set to 3 + (13 - 11) = 5. This would cost one
//     more write and one more Event.
// Example of not waiting: 100 desired, surge 25, unavailable 25; new 25 and old 75. The new one is
// set to 25 + 25, the old one to 75 - 25, and their Pods are made and deleted side by side.
std::optional<Step> NextRollingUpdate(const Situation& situation);

}  // namespace windlass::workload
