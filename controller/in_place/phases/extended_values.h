// The values that an update in place hands to the rules of the planner.
#pragma once

#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/workload/extension.h"

namespace windlass::in_place {

// Returns the values for the planner. They follow from `in_place`, which is the in-place state of
// `situation`.
Extended ExtendedBy(const workload::Situation& situation, const InPlace& in_place);

}  // namespace windlass::in_place
