// Derives the in-place state of a Deployment from the rest of its situation.
#pragma once

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// Returns the in-place state. Everything in `situation` except `in_place` must be set.
InPlace LookAtInPlace(const Situation& situation);

// Returns true if the informers have not loaded their first complete state yet: they will wake the
// key.
bool IsOnlyLate(const Situation& situation);

}  // namespace windlass::deployment
