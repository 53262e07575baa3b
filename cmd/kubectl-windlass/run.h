// Run: the whole of kubectl-windlass.
#pragma once

#include <string>
#include <vector>

#include "cmd/kubectl-windlass/console.h"
#include "cmd/kubectl-windlass/exit_code.h"

namespace windlass::cli {

// Returns the exit code of the process (exit_code.h). Call it once, from main.
int Run(int argc, const char* const* argv);

// The same with a console of the caller's, and without the process' limits. `arguments` are without
// the program's name. An exception becomes an error.
ExitCode RunProgram(const Console& console, const std::vector<std::string>& arguments);

}  // namespace windlass::cli
