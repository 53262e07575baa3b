// The CEL rules of ReplicationControllerUpdates in the model: which fields exclude or need each
// other, with short texts. The model does not have the rules about the spelling of durations and
// percentages.
#pragma once

#include "test/sim/api_answer.h"
#include "test/sim/object.h"

namespace windlass::sim {

// Appends what the rules refuse.
void CheckUpdateRules(Causes& causes, const Json& update);

}  // namespace windlass::sim
