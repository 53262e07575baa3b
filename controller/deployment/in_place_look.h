// Derives the in-place state of a Deployment from the rest of its situation.
#pragma once

#include "controller/deployment/in_place_situation.h"

namespace windlass::deployment {

// Returns the in-place state. Requires all of `situation` but what the extension sets.
InPlace FindInPlace(const Situation& situation);

// Returns true if the informers have not loaded their first complete state yet: they will wake the
// key.
bool IsOnlyLate(const Situation& situation);

}  // namespace windlass::deployment
