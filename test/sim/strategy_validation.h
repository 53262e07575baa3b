// What validation refuses in spec.strategy of a Deployment.
#pragma once

#include "test/sim/api_answer.h"
#include "test/sim/object.h"

namespace windlass::sim {

// Adds the reasons to refuse `strategy` to `causes`.
void ValidateStrategy(Causes& causes, const Json& strategy);

}  // namespace windlass::sim
