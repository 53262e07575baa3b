// The sizes of ReplicaSets as the rules of a rollout need them.
#pragma once

#include <cstdint>
#include <vector>

#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/clock.h"

namespace windlass::workload {

// The size of one ReplicaSet. A Pod is available if it has been ready for minReadySeconds.
struct ReplicaSetSize {
  int32_t replicas = 0;   // spec.replicas
  int32_t available = 0;  // available Pods that surely stay (SizeOf)
  int32_t doubtful = 0;   // further available Pods, which may or may not stay
};

// Returns the size of a ReplicaSet; negative numbers count as 0. If more Pods are ready than
// spec.replicas, the ReplicaSet controller will remove ready Pods, available or not (D-743, W-05).
// Example: spec.replicas 5, 7 Pods ready, 6 of them available. Two ready Pods will be removed, so 6
// - 2 = 4 available Pods surely stay (`available`), and a fifth may stay (`doubtful` is 1).
ReplicaSetSize SizeOf(const ReplicaSet& rs);

// Like SizeOf, but also counts as `doubtful` the Pods that the status shows but the ReplicaSet
// controller may have removed (Told::lowest). A rolling update uses these sizes to decide how many
// Pods it can remove.
ReplicaSetSize SureSizeOf(const ReplicaSet& rs);

// How long a status may lag. Example: the status of a ReplicaSet shows at 10:00:00 that the
// ReplicaSet controller has observed a new size. From 10:00:10 on, Windlass assumes that the status
// counts all Pods that were made for this size, and none that were removed.
inline constexpr Duration kPodsAreCountedWithin = seconds(10);

// Returns true if the status of `rs` may count Pods that are gone, because spec.replicas was lower
// for a time (Told::lowest). Example: spec.replicas was 5, then 3, and is 5 again; the status shows
// 5 Pods, but two of them may be gone.
// Returns false until the ReplicaSet controller has observed the latest size. The doubt then lasts
// kPodsAreCountedWithin at most.
bool MayCountRemovedPods(const ReplicaSet& rs);

// Returns true if the status of `rs` counts more than `more_than` Pods, or any terminating Pod.
// Does not check whether the status is up to date (IsObserved).
bool StatusCountsPods(const ReplicaSet& rs, int32_t more_than = 0);

std::vector<ReplicaSetSize> SizesOf(const std::vector<const ReplicaSet*>& replica_sets);
std::vector<ReplicaSetSize> SureSizesOf(const std::vector<const ReplicaSet*>& replica_sets);

// Returns the sum of spec.replicas of all `replica_sets`. Counts a negative size as 0.
int64_t TotalReplicas(const std::vector<const ReplicaSet*>& replica_sets);

}  // namespace windlass::workload
