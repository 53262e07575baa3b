// Selectors that must not be used. The API server refuses them, but objects stored before such a
// rule existed, or written past it, may have them.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns nullopt for a selector that can be used. Must be called before any ReplicaSet is claimed.
//
// An empty selector would select everything: returns a Warning, and before that a status write that
// acknowledges the generation and whose outcome does not matter (D-052). An invalid selector gives
// a failure until the spec changes (D-053).
std::optional<Step> RefuseSelector(const Workload& workload, const Learned& learned, WallTime now);

}  // namespace windlass::workload
