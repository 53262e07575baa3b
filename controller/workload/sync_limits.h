// How long a sync of a workload may be.
#pragma once

#include <cstddef>

#include "kubeclient/base/clock.h"

namespace windlass::workload {

// The most requests of one sync. Pods become ready while requests are on their way, so without this
// bound a sync could last as long as the rollout. The bound is below the runtime's bound on steps
// (kStepsPerSyncMax), so the planner itself ends the sync and leaves the rest to the next sync.
// Exception: the status write that follows a refusal is sent beyond this bound (TellsOfRefusal).
inline constexpr size_t kRequestsPerSyncMax = 24;
// How soon the next sync goes on with the rest.
inline constexpr Duration kNextSyncAfter = milliseconds(100);
// After this many patches of one object in one sync, no further patch of it is sent that leaves the
// size alone, for example for annotations (UnlessInVain). Otherwise an API server that changes what
// we write would make us write without end.
inline constexpr int kPatchesOfOneReplicaSet = 3;

}  // namespace windlass::workload
