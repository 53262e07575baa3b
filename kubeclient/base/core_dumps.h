// Keeps the token and keys of a process out of core dumps.
#pragma once

namespace windlass {

// After this call, the kernel writes no core dump of this process. A core dump of a program that
// this process starts later has no memory. Call it at the start of the process.
void ForbidCoreDumps();

}  // namespace windlass
