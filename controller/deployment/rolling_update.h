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
std::optional<Step> NextRollingUpdate(const Situation& situation);

}  // namespace windlass::deployment
