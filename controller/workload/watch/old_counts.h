// When a doubt about the counts of a ReplicaSet ends by time (MayCountRemovedPods).
#pragma once

#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/store.h"

namespace windlass {

// Ends each doubt about a ReplicaSet that `workload` controls if Told::observed_since is
// kPodsAreCountedWithin or more before `now`. If observed_since is not set, sets it to `now`. Call
// this before the view of each decision. Core thread only.
void TrustOldCounts(Store<ReplicaSet>& replica_sets, const Uid& workload, WallTime now);

}  // namespace windlass
