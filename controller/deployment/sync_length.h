// How long a sync of a Deployment may be.
#pragma once

#include <cstddef>

#include "kubeclient/base/clock.h"

namespace windlass::deployment {

// Requests of one sync. While they are on their way Pods become ready, so that without this bound a
// sync could last as long as the rollout. Below the runtime's own bound on steps
// (kStepsPerSyncMax): the planner ends the sync itself, and leaves the rest to the next one.
inline constexpr size_t kRequestsPerSyncMax = 24;
// How soon the next sync takes up the rest.
inline constexpr Duration kNextSyncAfter = milliseconds(100);
// Patches of one ReplicaSet in one sync. After this many no further one is sent only for
// annotations: a server that changes what it is sent must neither hold up the rollout nor make us
// write without end.
inline constexpr int kPatchesOfOneReplicaSet = 3;

}  // namespace windlass::deployment
