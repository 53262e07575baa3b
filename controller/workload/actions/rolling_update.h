// One pass of a RollingUpdate, as steps. rolling_sizes.h decides the sizes.
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the next write to a ReplicaSet: create the new one, bring it up to date and to its size,
// then shrink the old ones, oldest first (D-260), the stable one last (RO-087). The last write of
// all makes Pods that are held back on the old revision and are missing (RO-120). Returns nullopt
// if nothing is to be written for now.
//
// Upstream ends its pass after a write to the new ReplicaSet (D-262). Going on in the same pass
// gives the same sizes: n new Pods raise the total by n, and the number of Pods that are not
// available yet by n, so no more old Pods can be removed. Example: 10 desired, maxUnavailable 2;
// old 8, new grows from 3 to 5: 11 - 8 - 3 = 0 old Pods can be removed before, 13 - 8 - 5 = 0
// after.
//
// A new ReplicaSet with Pods does not grow
//   - before the Pods of its last size are made;
//   - in the sync in which an old one shrinks, unless it would grow by at least the largest of 10,
//     surge and max_unavailable.
// Example of waiting: 10 desired, surge 3, unavailable 2; new 3 and old 8, all available. The old
// one is set to 5. When its Pods are gone, the new one is set from 3 to 8. Without waiting, the new
// one would first be set to 5: one more write and Event.
// Example of not waiting: 100 desired, surge 25, unavailable 25; new 25 and old 75, so there is
// room for 25. The new one is set to 50 and the old one to 50, and their Pods are made and deleted
// side by side.
std::optional<Step> NextRollingUpdate(const Situation& situation);

}  // namespace windlass::workload
