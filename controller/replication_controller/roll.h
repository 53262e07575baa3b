// The loop of a rolling update: up as far as the surge allows, then, spec.updatePeriod after the
// last scaling, down as far as availability allows (RC-10, RC-11).
//
// Each scaling is stored before it is made: the line, the size and the time go into the status, and
// then the controller is patched. So a crash between the two neither skips nor repeats one, and the
// period counts from the stored time (RC-18). A scaling that is stored, and that the Pods
// or the limits do not allow any more, is dropped.
#pragma once

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Returns the next step while the run's step is kStepScale. Requires that the old controller
// exists. Its last step stores kStepCleanUp.
Step Roll(const Situation& situation);

}  // namespace windlass::replication_controller
