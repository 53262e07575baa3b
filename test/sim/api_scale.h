// The sub-resource scale of Deployments, ReplicaSets and Rollouts: reads and writes spec.replicas
// as an autoscaling/v1 Scale (D-707). A Rollout's Scale has the selector of its status, as the CRD
// says.
#pragma once

#include <variant>

#include "test/sim/api_answer.h"
#include "test/sim/object.h"

namespace windlass::sim {

bool HasScale(const ApiResource& resource);

Json ScaleOf(const ApiResource& resource, const Json& object);

// Returns `current` with the replicas of `scale`, or the answer that refuses `scale`. A Scale
// without a resourceVersion is accepted at any version of the object.
std::variant<Json, ApiAnswer> Scaled(const ApiResource& resource, const Json& current,
                                     const Json& scale);

// Returns the answer to a write of the scale, made from the answer to the write of the object.
ApiAnswer ScaleAnswer(const ApiResource& resource, const ApiAnswer& answer);

}  // namespace windlass::sim
