// Strategies that cannot be carried out. The API server refuses such strategies, but an object that
// was stored before the rule existed, or without validation, may have one.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns Failed, until the spec changes,
//   - if the strategy is not RollingUpdate or Recreate (D-059)
//   - if a limit is not a count or a percentage (D-250, X-39)
// Otherwise returns nullopt. The error comes from the kind; it names the field and what to set it
// to. Must be called before anything is created, scaled or rolled.
std::optional<Step> RefuseStrategy(const Workload& workload);

}  // namespace windlass::workload
