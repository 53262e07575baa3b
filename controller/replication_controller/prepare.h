// What comes before the first scaling: the new controller is found or created, the size of the one
// that is scaled down is noted, and the header line is said (RC-5 to RC-8, RC-12, RC-15).
#pragma once

#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/replication_controller/scale.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Returns the next step before scaling. Requires that the old controller exists. Its last step
// stores kStepScale.
Step Prepare(const Situation& situation);

// What the target's annotations say, with the limits.
struct Goal {
  int32_t desired = 0;
  ScaleLimits limits;
};
// Returns the goal; or the step that refuses the update, because the target was not made for it
// (RC-7) or a limit is neither a count nor a percentage (RC-9). Requires source and target.
struct GoalOrRefusal {
  Goal goal{};
  std::optional<Step> refusal{};
};
GoalOrRefusal FindGoal(const Situation& situation);

// Returns when an update fails that makes no progress from now on: after spec.timeout, and not
// before spec.updatePeriod is over (RC-11).
WallTime DeadlineFromNow(const Situation& situation);
// Returns the duration in whole seconds, rounded up.
seconds WholeSeconds(Duration duration);

}  // namespace windlass::replication_controller
