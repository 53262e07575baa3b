// The controller of Departures, the example of how a kind with a CustomResourceDefinition is added.
// A key is a Departure. The controller waits until the API server serves Departures with a
// CustomResourceDefinition that is as new as this program. Core thread only.
#pragma once

#include "controller/runtime/watching_controller.h"
#include "test/departure/tower.h"

namespace windlass {

// Returns the controller as an entry of a process's list. Without a tower, a Departure that names
// one is stalled.
ControllerEntry DepartureControllerEntry(departure::Tower tower = nullptr);

}  // namespace windlass
