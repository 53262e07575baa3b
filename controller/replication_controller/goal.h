// What an update is to reach: how many replicas the target shall have, and the limits on the way.
#pragma once

#include <cstdint>
#include <optional>

#include "controller/core/step.h"
#include "controller/replication_controller/scale.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// What the target's annotations say, with the limits.
struct Goal {
  int32_t desired = 0;
  ScaleLimits limits;
};
struct GoalOrRefusal {
  Goal goal{};
  std::optional<Step> refusal{};
};
// Returns the goal; or the step that refuses the update, because no label tells the two apart
// (RC-4), the target was not made for the source (RC-7), or a limit is neither a count nor a
// percentage (RC-9). Before the first write, `source` and `target` are the two as the preparation
// will leave them, so that a refused update has touched nothing.
GoalOrRefusal FindGoal(const Situation& situation, const ReplicationController& source,
                       const ReplicationController& target);

}  // namespace windlass::replication_controller
