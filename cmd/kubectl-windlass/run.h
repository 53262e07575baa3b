// Run: the whole of kubectl-windlass.
#pragma once

namespace windlass::cli {

// Returns the exit code of the process (exit_code.h). Call it once, from main.
int Run(int argc, const char* const* argv);

}  // namespace windlass::cli
