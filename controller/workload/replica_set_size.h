// The sizes of ReplicaSets as the rules of a rollout need them.
#pragma once

#include <cstdint>
#include <vector>

#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/clock.h"

namespace windlass::workload {

// The size of one ReplicaSet. An available Pod has been ready for minReadySeconds.
struct ReplicaSetSize {
  int32_t replicas = 0;   // spec.replicas
  int32_t available = 0;  // available Pods that surely stay (SizeOf)
  int32_t doubtful = 0;   // further available Pods, which may or may not stay
};

// Returns the size of a ReplicaSet as the rules for sizes need it; negative numbers count as 0. If
// more Pods are ready than the size, the ReplicaSet controller will remove ready Pods without
// looking at availability, so each of these may be an available one (D-743, W-05). Example: size
// 5, 7 ready, 6 available. Two Pods will be removed, so 6 - 2 = 4 available Pods surely stay
// (`available`), and a fifth may stay (`doubtful` is 1).
ReplicaSetSize SizeOf(const ReplicaSet& rs);

// Like SizeOf, but Pods that the status counts although they may have been removed (Told::lowest)
// are doubtful, too. A rolling update removes Pods of other ReplicaSets by these sizes.
ReplicaSetSize SureSizeOf(const ReplicaSet& rs);

// Within this time after it has observed a size, the status of a ReplicaSet counts what its
// controller has removed and made.
inline constexpr Duration kPodsAreCountedWithin = seconds(10);

// Returns true if the status of `rs` may count removed Pods, although its controller has observed
// the last size: spec.replicas may have been lower before (Told::lowest). Example: spec.replicas
// was 5, then 3, and is 5 again; the status shows 5 Pods, but two of them may be gone. Such a doubt
// ends after kPodsAreCountedWithin.
bool MayCountRemovedPods(const ReplicaSet& rs);

// Returns true if the status of `rs` counts more than `more_than` Pods, or a terminating Pod. The
// status may be out of date (IsObserved).
bool StatusCountsPods(const ReplicaSet& rs, int32_t more_than = 0);

std::vector<ReplicaSetSize> SizesOf(const std::vector<const ReplicaSet*>& replica_sets);
std::vector<ReplicaSetSize> SureSizesOf(const std::vector<const ReplicaSet*>& replica_sets);

// Returns the sum of spec.replicas, with negative sizes as 0.
int64_t TotalReplicas(const std::vector<const ReplicaSet*>& replica_sets);

}  // namespace windlass::workload
