// Run: a whole process of Windlass, from its command line to its exit code. Every main calls Run.
#pragma once

#include "controller/runtime/watching_controller.h"

namespace windlass {

// Parses the flags. Creates log, configuration, connection and daemon, in this order. Runs the
// daemon until it ends, with those of `controllers` that --controllers enables. Returns the exit
// code (daemon.h), which is kExitUsage if --controllers is missing. Call Run once, from the first
// thread.
int Run(int argc, const char* const* argv, const ControllerList& controllers);

}  // namespace windlass
