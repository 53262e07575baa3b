// What a feature that extends the planner, such as updates in place, has found out about one
// workload, as plain values. The rules of the planner read these values and know nothing of the
// feature. A workload without such a feature has the defaults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kubeclient/base/clock.h"

namespace windlass {

// Pods counted one by one, because the counters of their ReplicaSets say too little about them.
struct CountedPods {
  int32_t pods = 0;
  int32_t updated = 0;
  int32_t ready = 0;
  int32_t available = 0;
  int64_t min_available = 0;  // fewer than these, and the workload is not available
};

// A time in which a rollout stands still because its user asked for it.
struct Standstill {
  WallTime since;
  WallTime until;
};

struct Extended {
  // nullopt: the counters of ReplicaSets tell.
  std::optional<CountedPods> counted{};
  // Nothing more is to come, although the rollout is not complete.
  bool at_rest = false;
  // Why nothing is rolled out; nullopt if something may be.
  std::optional<std::string> refused{};
  // A new ReplicaSet is made without Pods.
  bool new_one_is_empty = false;
  // The time of a standstill does not count towards the progress deadline, if it began in time.
  std::vector<Standstill> standstills{};
  // Pods become ready and available only because a step was taken back: that is no progress.
  bool ready_is_no_progress = false;
};

}  // namespace windlass
