// What may change in the spec of an existing Pod (P-085).
#pragma once

#include "test/sim/api_answer.h"

namespace windlass::sim {

// Allows new images, further tolerations and their seconds, and an earlier deadline; refuses all
// else. Not modelled: scheduling gates, a negative grace period.
Causes ValidatePodUpdate(const Json& before, const Json& after);

}  // namespace windlass::sim
