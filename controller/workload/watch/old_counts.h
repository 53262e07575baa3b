// The status of a ReplicaSet may count Pods that are gone (MayCountRemovedPods). This doubt ends
// after some time, when TrustOldCounts is called.
#pragma once

#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/store.h"

namespace windlass {

// For each ReplicaSet that `workload` controls, and whose status may count Pods that are gone
// (MayCountRemovedPods):
//   - trusts the status again (resets Told::lowest) if Told::observed_since is
//     kPodsAreCountedWithin or more before `now`
//   - sets observed_since to `now` if it is not set, or is after `now`
// Call it before the view for a decision is made. Core thread only.
void TrustOldCounts(Store<ReplicaSet>& replica_sets, const Uid& workload, WallTime now);

}  // namespace windlass
