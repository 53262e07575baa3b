// Strategies that cannot be carried out. The API server refuses such strategies, but an object that
// was stored before the rule existed, or without validation, may have one.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns Failed, until the spec changes, for a strategy that is neither RollingUpdate nor Recreate
// (D-059) and for limits that are neither a count nor a percentage (D-250, X-39). Returns nullopt
// for all others. The error comes from the kind; it names the field and what to set it to. Must be
// called before anything is created, scaled or rolled.
std::optional<Step> RefuseStrategy(const Workload& workload);

}  // namespace windlass::workload
