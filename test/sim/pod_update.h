// What may change in the spec of an existing Pod (P-085).
#pragma once

#include "test/sim/api_answer.h"

namespace windlass::sim {

// Allows new images, additional tolerations, other tolerationSeconds and an earlier
// activeDeadlineSeconds; refuses every other change. Not modelled: scheduling gates, a negative
// grace period.
Causes ValidatePodUpdate(const Json& before, const Json& after);

}  // namespace windlass::sim
