// How a sync ends if the API server refused one of its writes, adoptions and releases included: the
// sync writes the status once, then fails.
#pragma once

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the status write if the status differs and this sync has sent no status since the
// refusal. Otherwise returns the failure. Requires situation.refused.
Step EndWithRefusal(const Situation& situation);

}  // namespace windlass::workload
