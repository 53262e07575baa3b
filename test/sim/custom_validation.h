// What the API server refuses in a custom resource: what the CRD's schema refuses, counters that
// the scale subresource cannot show, and what CEL rules of the CRD refuse. Each kind has its rules
// in a file of its own, such as rollout_rules.h.
#pragma once

#include "test/sim/api_answer.h"
#include "test/sim/api_resource.h"
#include "test/sim/object.h"

namespace windlass::sim {

// Judges a write of the object itself. `before` is null for a creation.
Causes ValidateCustom(const ApiResource& resource, const Json& before, const Json& after);

// Judges a write through the status endpoint.
Causes ValidateCustomStatus(const ApiResource& resource, const Json& after);

}  // namespace windlass::sim
