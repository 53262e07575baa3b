// Strategies that cannot be carried out. The API server refuses them; objects from before a rule,
// or written past it, may have them all the same.
#pragma once

#include <optional>

#include "controller/step.h"
#include "controller/workload.h"

namespace windlass::deployment {

// Failed, until the spec changes, for a strategy that is neither RollingUpdate nor Recreate (D-059)
// and for limits that are no count and no percentage (D-250, X-39); nullopt for all others. The
// error, which the kind has made, names the field and what to set it to. To be asked before
// anything is created, scaled or rolled.
std::optional<Step> RefuseStrategy(const Workload& workload);

}  // namespace windlass::deployment
