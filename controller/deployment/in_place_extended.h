// What an update in place leaves for the rules of the planner.
#pragma once

#include "controller/deployment/in_place_situation.h"
#include "controller/extension.h"

namespace windlass::deployment {

// Returns the plain values of `in_place`, for a workload of `desired` Pods.
Extended ExtendedBy(const InPlace& in_place, int32_t desired);

}  // namespace windlass::deployment
