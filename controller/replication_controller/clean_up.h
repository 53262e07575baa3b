// What comes after the last scaling: the controller that was scaled down is deleted, kept, or takes
// over what the new one is; then the annotations of the update go (RC-13).
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Returns the next step while the run's step is kStepCleanUp. Requires that the old controller
// exists.
Step CleanUp(const Situation& situation);

// Returns the next step of a rollback whose new controller is gone, and whose old one has its size
// again: the annotations go, and the update ends. Only they tell a client that was cut off there
// what it did (RC-18). nullopt if that is not so, or no rollback. Requires the old controller.
std::optional<Step> FinishRollback(const Situation& situation);

// Returns the next step when the old controller is gone: the update ends if it deleted the old one,
// or fails.
Step WithoutOldController(const Situation& situation);

}  // namespace windlass::replication_controller
