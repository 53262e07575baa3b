// Where a Deployment stands that is, or was, updated in place: InPlace, derived from the rest of
// its situation.
#pragma once

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// Of `situation`, everything but `in_place` is there.
InPlace LookAtInPlace(const Situation& situation);

// The caches are on their way to their first complete state, and will wake us.
bool IsOnlyLate(const Situation& situation);

}  // namespace windlass::deployment
