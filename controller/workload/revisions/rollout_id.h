// The name of one rollout, the same in log lines, Events and metrics.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/replica_set.h"

namespace windlass::workload {

// On Events about a workload: the rollout that was under way.
inline constexpr std::string_view kRolloutIdAnnotation = "windlass.dev/rollout-id";

// Returns the highest revision of `ours`, the ReplicaSets of one workload: that of its latest
// rollout, because each rollout takes the next number. Returns 0 if none has one.
int64_t LatestRevision(const std::vector<const ReplicaSet*>& ours);

// Returns the first eight characters of the object's uid, and the number of the rollout:
// "3f2a9c1e-7". The uid tells objects of the same name apart. A workload's rollouts have the
// revision as number. Returns "" if `number` is 0: the rollout has no ReplicaSet then.
std::string RolloutId(const ObjectMeta& meta, int64_t number);

}  // namespace windlass::workload
