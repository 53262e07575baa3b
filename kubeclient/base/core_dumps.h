// Keeps the token and keys of a process out of core dumps.
#pragma once

namespace windlass {

// Makes the kernel write no core dump of this process, and none with memory of the programs that
// this process starts later. Call it at the start of the process.
void ForbidCoreDumps();

}  // namespace windlass
