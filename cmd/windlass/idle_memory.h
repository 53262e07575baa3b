// ReleaseIdleMemory: gives back memory that only start-up and busy times need (docs/design/006).
//
// Most of Windlass' resident memory is code: TLS, YAML, flag parsing and the planners. An idle
// process does not use this code. When a dropped page is needed again, it costs one minor page
// fault, provided that the kernel still has the page in its page cache.
#pragma once

namespace windlass {

// Returns free heap pages to the kernel, and drops clean pages of code. Any thread. Takes about a
// millisecond.
void ReleaseIdleMemory();

}  // namespace windlass
