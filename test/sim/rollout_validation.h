// What the API server refuses in a Rollout: what the CRD's schema refuses, counters that the scale
// subresource cannot show, and what CEL rules of the CRD refuse.
//
// The model has the rules about the selector, the deadline, both limits 0, and strategies whose
// parts exclude each other, with short texts. It does not have the rules about the spelling of
// numbers, percentages, durations and labels.
#pragma once

#include "test/sim/api_answer.h"
#include "test/sim/object.h"

namespace windlass::sim {

// Judges a write of the Rollout itself. `before` is null for a creation.
Causes ValidateRollout(const Json& before, const Json& after);

// Judges a write through the status endpoint.
Causes ValidateRolloutStatus(const Json& after);

}  // namespace windlass::sim
