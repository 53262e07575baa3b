// One ReplicationController in two updates: A is updated to B, and B to C, or A to D. Each would
// take the other's scalings for those of somebody else, and would remove the other's annotations.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Returns the refusal of an update
//   - whose old controller another update scales up, or scales down for another new one (RC-21)
//   - whose new controller another update scales down
// or the step that asks whether that one exists; nullopt if there is no such update. Requires the
// old controller.
std::optional<Step> RefuseChain(const Situation& situation);

}  // namespace windlass::replication_controller
