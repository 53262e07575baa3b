// One pass of a RollingUpdate, as steps. How many Pods go where is decided in rolling.h.
#pragma once

#include <optional>

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// The next write to a ReplicaSet: create the new one, bring it up to date and to its size, then
// shrink the old ones, oldest first (D-260). nullopt when the ReplicaSets are as they should be for
// now.
//
// Upstream ends its pass after a write to the new ReplicaSet (D-262). Going on gives the same
// sizes: growing the new one adds as many Pods as it adds Pods to wait for, so the old ones gain no
// slack.
//
// A new ReplicaSet with Pods does not grow
//   - before the Pods of its last size are made;
//   - in the sync in which an old one shrinks, unless it would grow by at least the largest of 10,
//     surge and max_unavailable.
// With 10 desired, surge 3 and unavailable 2, new 3 and old 8, all of them available: the old one
// is set to 5, and the new one from 3 to 8 when these Pods are gone. Growing into the room of today
// would set it to 5 first, for a write and an Event more.
// With 100 desired, surge 25 and unavailable 25, new 25 and old 75: there is room for 25. The new
// one is set to 50 and the old one to 50, and their Pods are made and deleted side by side.
std::optional<Step> NextRollingUpdate(const Situation& situation);

}  // namespace windlass::deployment
