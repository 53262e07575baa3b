// A whole process of Windlass, from its command line to its exit code: what every main calls.
#pragma once

#include "controller/runtime/watching_controller.h"

namespace windlass {

// Parses the flags, creates log, configuration, connection and daemon, in this order, and runs the
// daemon with those of `controllers` that --controllers enables, until it ends. Returns the exit
// code (daemon.h): kExitUsage if --controllers is missing. Call it once, from the first thread.
int Run(int argc, const char* const* argv, const ControllerList& controllers);

}  // namespace windlass
