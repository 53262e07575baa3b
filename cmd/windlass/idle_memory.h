// Gives back the memory that only start-up and busy times need (docs/design/006).
//
// Most of a resident Windlass is code: TLS, YAML, flag parsing and the planners, read from their
// files and never looked at again while nothing happens. Dropping those pages costs a minor fault
// each when they are needed again; the kernel keeps them in its page cache for as long as it likes.
#pragma once

namespace windlass {

// Free heap pages go back to the kernel, clean pages of code leave the process. Any thread; takes
// about a millisecond.
void ReleaseIdleMemory();

}  // namespace windlass
