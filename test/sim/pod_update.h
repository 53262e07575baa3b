// What may change in the spec of a Pod that exists (P-085).
#pragma once

#include "test/sim/api_answer.h"

namespace windlass::sim {

// Images, further tolerations, their seconds, and a deadline that comes nearer; all else is
// forbidden. Not modelled: scheduling gates, a negative grace period.
Causes ValidatePodUpdate(const Json& before, const Json& after);

}  // namespace windlass::sim
