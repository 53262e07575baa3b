// The sizes of ReplicaSets as the rules of a rollout need them.
#pragma once

#include <cstdint>
#include <vector>

#include "kubeclient/api/replica_set.h"

namespace windlass::workload {

// The size of one ReplicaSet. `available` counts Pods that have been ready for minReadySeconds and
// surely stay.
struct ReplicaSetSize {
  int32_t replicas = 0;   // spec.replicas
  int32_t available = 0;  // Pods of status.availableReplicas that surely stay
  int32_t doubtful = 0;   // further available Pods, which may or may not stay
};

// Returns the size of a ReplicaSet as the rules for sizes need it; negative numbers count as 0.
// `available` counts only Pods that surely stay when the ReplicaSet controller acts on the present
// size. That controller removes ready Pods above the size without looking at availability, so each
// removed Pod may be an available one (D-743, W-05). Example: size 5, 7 ready, 6 available: two
// Pods are removed, so 6 - 2 = 4 available Pods surely stay; the fifth is doubtful.
ReplicaSetSize SizeOf(const ReplicaSet& rs);

std::vector<ReplicaSetSize> SizesOf(const std::vector<const ReplicaSet*>& replica_sets);

// Returns the sum of spec.replicas, with negative sizes as 0.
int64_t TotalReplicas(const std::vector<const ReplicaSet*>& replica_sets);

}  // namespace windlass::workload
