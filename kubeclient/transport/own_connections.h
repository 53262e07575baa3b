// The TCP connections of this process. The HTTP library does not hand them out, and some things can
// be done to a connection only through its descriptor.
#pragma once

#include <cstdint>
#include <functional>

namespace windlass {

// Calls `visit` for each open TCP connection of this process to a server's `port`, with a
// descriptor that is valid during the call. Looks at every descriptor of the process, usually a few
// dozen. Any thread.
void ForEachConnectionTo(uint16_t port, const std::function<void(int fd)>& visit);

}  // namespace windlass
