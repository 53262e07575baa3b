// What comes after the last scaling: the controller that was scaled down is deleted, kept, or takes
// over what the new one is; then the annotations of the update go (RC-13).
#pragma once

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Returns the next step while the run's step is kStepCleanUp. Requires that the old controller
// exists.
Step CleanUp(const Situation& situation);

// Returns the next step when the old controller is gone: the update ends if it deleted the old one,
// or fails.
Step WithoutOldController(const Situation& situation);

}  // namespace windlass::replication_controller
