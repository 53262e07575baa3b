// Updates in place as an extension of the planner.
#pragma once

#include "controller/extension.h"

namespace windlass::deployment {

// Returns the extension, which is stateless.
const Extension& InPlaceExtension();

}  // namespace windlass::deployment
