// ReleaseIdleMemory: gives back memory that only start-up and busy times need (docs/design/006).
//
// Most of Windlass' resident memory is code: TLS, YAML, flag parsing and the planners. An idle
// process does not use it. A dropped page costs one minor page fault when it is needed again, as
// long as the kernel still has it in its page cache.
#pragma once

namespace windlass {

// Returns free heap pages to the kernel, and drops clean pages of code. Any thread. Takes about a
// millisecond.
void ReleaseIdleMemory();

}  // namespace windlass
