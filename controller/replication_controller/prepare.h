// What comes before the first scaling: the new controller is found or created, the size of the one
// that is scaled down is noted, and the header line is said (RC-5 to RC-8, RC-12, RC-15).
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Returns the next step before scaling. Requires that the old controller exists. Its last step
// stores kStepScale.
Step Prepare(const Situation& situation);

// Returns when an update fails that makes no progress from now on: after spec.timeout, and not
// before spec.updatePeriod is over (RC-11).
WallTime DeadlineFromNow(const Situation& situation);
// Returns the duration in whole seconds, rounded up.
seconds WholeSeconds(Duration duration);

}  // namespace windlass::replication_controller
