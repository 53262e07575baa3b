// How a sync ends if the API server refused a write, or if a refusal kept ownership from being
// settled: it writes the status once, then fails.
#pragma once

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the status write if the status differs and was not sent since the refusal. After that,
// returns the failure. Requires situation.refused.
Step EndWithRefusal(const Situation& situation);

}  // namespace windlass::workload
