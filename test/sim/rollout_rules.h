// The CEL rules of Rollouts in the model: those about the selector, the deadline, both limits 0,
// and strategies whose parts exclude each other, with short texts. The model does not have the
// rules about the spelling of numbers, percentages, durations and labels.
#pragma once

#include "test/sim/api_answer.h"
#include "test/sim/object.h"

namespace windlass::sim {

// Appends what the rules refuse. `before` is null for a creation.
void CheckRolloutRules(Causes& causes, const Json& before, const Json& after);

}  // namespace windlass::sim
