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

// Returns the limits of a Deployment as the server stores it. Recreate may make everything
// unavailable.
RolloutLimits LimitsOf(const Json& deployment);

bool IsRecreate(const Json& deployment);

}  // namespace windlass::sim
