// The toy controller, an example of how a controller is added. A ConfigMap with the annotation
// toy.windlass.dev/copy-to: NAME gives its text data["value"] to the ConfigMap NAME of its
// namespace, in the annotation toy.windlass.dev/value. If several name the same ConfigMap, the
// first of them by name counts. Core thread only.
#pragma once

#include "controller/runtime/watching_controller.h"

namespace windlass {

// The toy controller as an entry of a process' list.
ControllerEntry ToyControllerEntry();

}  // namespace windlass
