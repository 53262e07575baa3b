// How many requests a sync of a workload may send.
#pragma once

#include <cstddef>

#include "kubeclient/base/clock.h"

namespace windlass::workload {

// A sync sends at most this many requests. Pods become ready while requests are on their way, so
// without this limit a sync could last as long as the rollout. After the limit, the planner returns
// a Wait, and the next sync does the rest. This limit takes effect before the runtime's limit on
// steps (kStepsPerSyncMax), which is higher. Exception: the status write that reports a refusal is
// sent even after the limit (TellsOfRefusal).
inline constexpr size_t kRequestsPerSyncMax = 24;
// How soon the next sync begins after a sync that has reached kRequestsPerSyncMax.
inline constexpr Duration kNextSyncAfter = milliseconds(100);
// When a sync has sent this many patches of one object, it sends that object only patches that
// change its size, and none of annotations alone (UnlessInVain). Otherwise a webhook that changes
// what Windlass writes would make Windlass write without end.
inline constexpr int kPatchesOfOneReplicaSet = 3;

}  // namespace windlass::workload
