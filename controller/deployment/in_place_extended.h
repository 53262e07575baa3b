// What an update in place leaves for the rules of the planner.
#pragma once

#include "controller/deployment/in_place_situation.h"
#include "controller/extension.h"

namespace windlass::deployment {

// Returns the plain values of `in_place`, the in-place state of `situation`.
Extended ExtendedBy(const Situation& situation, const InPlace& in_place);

}  // namespace windlass::deployment
