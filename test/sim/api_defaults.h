// What the API server fills in before it stores an object (D-700, D-708), and the fields that its
// encoder leaves out.
#pragma once

#include "test/sim/api_resource.h"
#include "test/sim/object.h"

namespace windlass::sim {

// Fields that apps/v1 and core/v1 default, as far as a pod template in a test has them.
void ApplyDefaults(const ApiResource& resource, Json& object);

// What a round trip through the server's Go structs does: null, and empty strings, lists, maps and
// zero numbers of `omitempty` fields disappear.
void DropEmptyFields(const ApiResource& resource, Json& object);

}  // namespace windlass::sim
