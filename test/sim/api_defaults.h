// The fields that the API server sets before it stores an object (D-700, D-708), and the fields
// that its encoder leaves out.
#pragma once

#include "test/sim/api_resource.h"
#include "test/sim/object.h"

namespace windlass::sim {

// Sets the defaults of apps/v1 and core/v1 fields, as far as tests use them in a pod template. A
// custom resource gets the form that its CRD gives it (crd_coerce.h): the template of a Rollout has
// no defaults.
void ApplyDefaults(const ApiResource& resource, Json& object);

// Removes what a round trip through the server's Go structs loses: nulls, and the empty strings,
// lists, maps and zero numbers of `omitempty` fields. Of a custom resource only metadata takes that
// round trip.
void DropEmptyFields(const ApiResource& resource, Json& object);

}  // namespace windlass::sim
