// The sub-resource scale of Deployments and ReplicaSets: an autoscaling/v1 Scale in front of
// spec.replicas (D-707).
#pragma once

#include <variant>

#include "test/sim/api_answer.h"
#include "test/sim/object.h"

namespace windlass::sim {

bool HasScale(const ApiResource& resource);

Json ScaleOf(const Json& object);

// Returns `current` with the replicas of `scale`, or the answer that refuses it. Accepts a Scale
// without a resourceVersion whatever the present version is.
std::variant<Json, ApiAnswer> Scaled(const ApiResource& resource, const Json& current,
                                     const Json& scale);

// Returns the answer to a write of the scale, made from the answer to the write of the object.
ApiAnswer ScaleAnswer(const ApiAnswer& answer);

}  // namespace windlass::sim
