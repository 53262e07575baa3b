// The controllers that Windlass is made of. A new controller is a line in controllers.cc.
#pragma once

#include "controller/runtime/watching_controller.h"

namespace windlass {

// Returns them in the order in which logs, rights and metrics list them. --controllers chooses
// among them, and has no default (controllers_flag.h).
ControllerList Controllers();

}  // namespace windlass
