// The counters of a workload's status. Source: D-400…D-404.
#pragma once

#include <cstdint>

#include "controller/workload/situation.h"
#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns the present status with new counters, and with the present generation as
// observedGeneration. Copies collisionCount and conditions unchanged (D-400…D-404).
//
// updatedReplicas counts the Pods of the ReplicaSet that FindWanted returns (followed_revision.h),
// or of the published revision if Extended::published_is_new is true. If the extension counts Pods
// itself, its counts replace these counters, except terminatingReplicas (Extended::counted).
//
// terminatingReplicas is (D-403)
// - the sum, if every ReplicaSet that the ReplicaSet controller has synced publishes its own
//   terminatingReplicas;
// - 0, if no ReplicaSet was synced yet, and either this write acknowledges a generation or the
//   stored status has terminatingReplicas already;
// - absent in all other cases. Reason: an API server that does not serve the field drops it, and
//   Windlass would then write the status again and again.
WorkloadStatus CountReplicas(const Situation& situation);

// Returns `sum`, cut to the range from 0 to 2^31-1. A sum may be outside this range, because other
// controllers write the counters of ReplicaSets.
int32_t FitCount(int64_t sum);

}  // namespace windlass::workload
