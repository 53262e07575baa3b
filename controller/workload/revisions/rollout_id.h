// The name of one rollout, the same in log lines, Events and metrics.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/replica_set.h"

namespace windlass::workload {

// The annotation of Events that contains the RolloutId of the latest rollout.
inline constexpr std::string_view kRolloutIdAnnotation = "windlass.dev/rollout-id";

// Returns the highest revision of `ours`, the ReplicaSets of one workload. It is the revision of
// the latest rollout, because each rollout takes the next number. Returns 0 if none has a revision.
// Skips numbers near 2^62 or above, as NextRevision (new_replica_set.h) does: of 3 and MaxInt64,
// returns 3.
int64_t LatestRevision(const std::vector<const ReplicaSet*>& ours);

// Returns the first eight characters of the object's uid, and the number of the rollout:
// "3f2a9c1e-7". The uid distinguishes objects that had the same name one after the other. For a
// workload, the number is the revision. Returns "" if `number` is 0, which means that the rollout
// has no ReplicaSet yet.
std::string RolloutId(const ObjectMeta& meta, int64_t number);

}  // namespace windlass::workload
