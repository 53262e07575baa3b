// The processes of tests about Rollouts, and about both kinds of owners at once.
#pragma once

#include "controller/api/custom_resources.h"
#include "controller/rollout/rollout_controller.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim {

inline constexpr ResourceId kRollouts = resources::kRollouts;

inline ProcessControllers BothKinds() {
  return ProcessControllers(ControllerList{RolloutControllerEntry()});
}

inline ProcessControllers RolloutsAlone() {
  return ProcessControllers::Only(ControllerList{RolloutControllerEntry()});
}

}  // namespace windlass::sim
