// maxSurge and maxUnavailable in Pods, resolved by the simulator's own arithmetic (D-250…D-254).
#pragma once

#include <cstdint>

#include "test/sim/object.h"

namespace windlass::sim {

struct RolloutLimits {
  int64_t desired = 0;
  int64_t surge = 0;
  int64_t unavailable = 0;

  int64_t max_total() const { return desired + surge; }
  int64_t min_available() const { return desired - unavailable; }
};

// Returns the limits of a Deployment or Rollout as the server stores it. Recreate may make
// everything unavailable. An absent limit of a Rollout is 25 %: its schema sets one only where
// rollingUpdate is written.
RolloutLimits LimitsOf(const Json& owner);

bool IsRecreate(const Json& owner);

}  // namespace windlass::sim
