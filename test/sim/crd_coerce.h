// The form in which the API server keeps custom resources.
#pragma once

#include "test/sim/object.h"

namespace windlass::sim {

// Does what the server does to a custom resource that it has read, by the schema of its CRD:
// - a field that the schema does not know is removed, but not below
//   x-kubernetes-preserve-unknown-fields;
// - a null of a field that the schema knows is removed, or replaced by the field's default;
// - absent fields get their defaults.
// Does not touch apiVersion, kind and metadata.
void Coerce(const Json& schema, Json& object);

}  // namespace windlass::sim
