// Selectors that must not be acted on. The API server refuses them; objects from before a rule, or
// written past it, may have them all the same.
#pragma once

#include <optional>

#include "controller/step.h"
#include "controller/workload.h"

namespace windlass::deployment {

// nullopt for a selector that can be used. To be asked before anything is claimed.
//
// An empty one would select everything: a Warning, and the generation is acknowledged in a status
// write whose outcome does not matter (D-052). One that cannot be understood fails until the spec
// changes (D-053).
std::optional<Step> RefuseSelector(const Workload& workload, const Learned& learned);

}  // namespace windlass::deployment
