// How much memory this process may use before the kernel ends it, and how it gives back memory that
// only start-up and busy times need (docs/design/006).
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace windlass {

// Returns the lowest memory limit of the process' control groups, in bytes; nullopt if there is no
// limit. A container's resources.limits.memory sets such a limit. Reads the files memory.max
// (cgroup version 2) or memory.limit_in_bytes (version 1). For tests, `root` is put before all
// paths.
std::optional<size_t> MemoryLimit(const std::string& root = "");

// Returns how much of a memory limit the caches may take: five eighths. The rest is for the program
// and its threads, for the largest answer that is being read, and for free memory that the heap
// keeps (docs/memory.md).
inline size_t CacheBytesOf(size_t memory_limit) { return memory_limit / 8 * 5; }

// Returns free heap pages to the kernel, and drops clean pages of code. Any thread. Takes about a
// millisecond.
//
// While the caches are small, most of Windlass' resident memory is code that an idle process does
// not use: TLS, YAML, flag parsing and the planners. A dropped page that is needed again costs one
// minor page fault, if it is still in the kernel's page cache.
void ReleaseIdleMemory();

}  // namespace windlass
