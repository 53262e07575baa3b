// The controllers that Windlass is made of. A new controller is a line in controllers.cc.
#pragma once

#include "controller/runtime/watching_controller.h"

namespace windlass {

// Returns all controllers, in the order in which logs, rights and metrics list them. --controllers
// chooses some of these and has no default (controllers_flag.h).
ControllerList Controllers();

}  // namespace windlass
