// How long a sync of a workload may be.
#pragma once

#include <cstddef>

#include "kubeclient/base/clock.h"

namespace windlass::workload {

// The most requests of one sync. Pods become ready while requests are on their way, so without this
// bound a sync could last as long as the rollout. It is below the runtime's bound on steps
// (kStepsPerSyncMax): the planner ends the sync itself, and leaves the rest to the next one.
inline constexpr size_t kRequestsPerSyncMax = 24;
// How soon the next sync goes on with the rest.
inline constexpr Duration kNextSyncAfter = milliseconds(100);
// After this many patches of one ReplicaSet in one sync, no further one is sent only for
// annotations: a server that changes what it is sent must neither hold up the rollout nor make us
// write without end.
inline constexpr int kPatchesOfOneReplicaSet = 3;

}  // namespace windlass::workload
