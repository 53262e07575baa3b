// The extension of the planner that adds updates in place.
#pragma once

#include "controller/workload/extension.h"

namespace windlass::in_place {

// Returns the extension, which is stateless.
const Extension& InPlaceExtension();

}  // namespace windlass::in_place
