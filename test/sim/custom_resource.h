// Custom resources that the model does not know by itself: kinds that only a test has.
#pragma once

#include "kubeclient/api/resource_id.h"

namespace windlass::sim {

// Serves the custom resource that the CRD in `resource.manifest` makes, in every world from now on.
// What the API server does with its objects follows from the CRD: group, version, names, scope,
// schema. A second call for the same resource does nothing. The model knows no CEL rules of such a
// CRD, so the CRD must have none.
void ServeCustom(const ResourceId& resource);

}  // namespace windlass::sim
