// When a doubt about the counts of a ReplicaSet ends by time (MayCountRemovedPods).
#pragma once

#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/store.h"

namespace windlass {

// Ends the doubts about the ReplicaSets that `workload` controls if they are as old as
// kPodsAreCountedWithin, and notes in the store when the others began (Told::observed_since). Call
// this before the view of each decision. Core thread only.
void TrustOldCounts(Store<ReplicaSet>& replica_sets, const Uid& workload, WallTime now);

}  // namespace windlass
