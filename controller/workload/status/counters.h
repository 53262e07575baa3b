// The counters of a workload's status. Source: D-400…D-404.
#pragma once

#include <cstdint>
#include <span>

#include "controller/workload/situation.h"
#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns the present status with new counters, and with the present generation as
// observedGeneration. collisionCount and conditions stay as they are (D-400…D-404).
//
// updatedReplicas counts the Pods of the ReplicaSet that FindWanted returns (followed_revision.h).
// If the extension counts Pods itself (Extended::counted), its counts replace all of these counters
// except terminatingReplicas (CountPods).
//
// terminatingReplicas (D-403):
//   - The ReplicaSet controller has synced some ReplicaSets: the sum over them. Absent if one of
//     them lacks the field.
//   - It has synced none: 0 if this write acknowledges a generation, or the stored status has the
//     field. Absent otherwise, because an API server without the field drops a 0, and Windlass
//     would write the status again and again.
WorkloadStatus CountReplicas(const Situation& situation);

// Sets replicas, readyReplicas, availableReplicas and unavailableReplicas of `status` to the sums
// over `replica_sets` (D-402).
void SumUp(std::span<const ReplicaSet* const> replica_sets, WorkloadStatus& status);

// Returns how many Pods are available. A ReplicaSet counts at most as many as its size, because
// Pods above its size will be removed. Example: size 2, 3 available Pods: 2.
int64_t CountAvailable(std::span<const ReplicaSet* const> replica_sets);

// Returns `sum`, cut to the range from 0 to 2^31-1. A sum may be outside this range, because other
// controllers write the counters of ReplicaSets.
int32_t FitCount(int64_t sum);

}  // namespace windlass::workload
