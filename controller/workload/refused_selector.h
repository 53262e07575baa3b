// Selectors that must not be used. The API server refuses such selectors, but an object that was
// stored before the rule existed, or without validation, may have one.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns nullopt for a selector that can be used. Must be called before any ReplicaSet is claimed.
//
// For an empty selector, which would select everything, returns a status write that acknowledges
// the generation; then, whether this write succeeded or failed, a Wait with a Warning (D-052). For
// an invalid selector, returns a failure that lasts until the spec changes (D-053).
std::optional<Step> RefuseSelector(const Workload& workload, const Learned& learned, WallTime now);

}  // namespace windlass::workload
