// Run: the whole of kubectl-windlass.
#pragma once

#include <string>
#include <vector>

#include "cmd/kubectl-windlass/console.h"
#include "cmd/kubectl-windlass/exit_code.h"

namespace windlass::cli {

// Returns the exit code of the process (exit_code.h). Call it once, from main.
int Run(int argc, const char* const* argv);

// Does what Run does, but writes to `console`, and does not forbid core files. `arguments` do not
// contain the program's name. If an exception is thrown, prints it as an error. If a text for
// standard output was lost, prints an error, and returns kError instead of kDone.
ExitCode RunProgram(const Console& console, const std::vector<std::string>& arguments);

}  // namespace windlass::cli
