// The toy controller, an example of how a controller is added. A ConfigMap with the annotation
// toy.windlass.dev/copy-to: NAME gives its text data["value"] to the ConfigMap NAME of its
// namespace. The text goes into the annotation toy.windlass.dev/value. If several ConfigMaps name
// the same target, the first of them by name counts. Core thread only.
#pragma once

#include "controller/runtime/watching_controller.h"

namespace windlass {

// Returns the toy controller as an entry of a process's list.
ControllerEntry ToyControllerEntry();

}  // namespace windlass
