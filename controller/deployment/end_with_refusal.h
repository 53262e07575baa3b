// The end of a sync in which the API server refused a write, or in which ownership could not be
// settled because of a refusal: the status, once, and then the failure.
#pragma once

#include "controller/core/step.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

// The status if it differs, once, and then the failure. Requires situation.refused.
Step EndWithRefusal(const Situation& situation);

}  // namespace windlass::deployment
