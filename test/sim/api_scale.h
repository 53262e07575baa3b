// The sub-resource scale of Deployments and ReplicaSets: an autoscaling/v1 Scale in front of
// spec.replicas (D-707).
#pragma once

#include <variant>

#include "test/sim/api_answer.h"
#include "test/sim/object.h"

namespace windlass::sim {

bool HasScale(const ApiResource& resource);

Json ScaleOf(const Json& object);

// `current` with the replicas that `scale` asks for, or the answer that refuses it. A Scale without
// a resourceVersion is taken whatever the present one is.
std::variant<Json, ApiAnswer> Scaled(const ApiResource& resource, const Json& current,
                                     const Json& scale);

// The answer to a write of the scale, made from that to the write of the object.
ApiAnswer ScaleAnswer(const ApiAnswer& answer);

}  // namespace windlass::sim
