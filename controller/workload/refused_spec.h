// Selectors that must not be used, and strategies that cannot be carried out. The API server
// refuses both, but an object that was stored before the rule existed, or without validation, may
// have one.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns nullopt for a selector that can be used. Must be called before any ReplicaSet is claimed.
//
// For an empty selector, which would select everything, first returns a status write that
// acknowledges the generation. After that write, even if it failed, returns a Wait with a Warning
// (D-052). For an invalid selector, returns a failure that lasts until the spec changes (D-053).
std::optional<Step> RefuseSelector(const Workload& workload, const Learned& learned, WallTime now);

// Returns a failure that lasts until the spec changes if the strategy cannot be carried out
// (Workload::strategy_error); else nullopt. Examples: a strategy that the kind does not have
// (D-059), a limit that is not a count or a percentage (D-250, X-39). The error comes from the
// kind. Must be called before anything is created, scaled or rolled.
std::optional<Step> RefuseStrategy(const Workload& workload);

}  // namespace windlass::workload
