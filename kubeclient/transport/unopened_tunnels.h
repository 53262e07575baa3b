// Bounds what a proxy may answer to CONNECT. The library reads that answer up to an empty line,
// however long it is, and offers no limit. So EndUnopenedTunnels looks at the connections
// themselves.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kubeclient/base/clock.h"
#include "kubeclient/transport/proxy_failure.h"

namespace windlass {

// How much a proxy may answer before its tunnel is open. Real answers have some hundred bytes.
inline constexpr uint64_t kTunnelAnswerMax = 64 * 1024;
// How often we look at connections while one of them may be without a tunnel.
inline constexpr Duration kTunnelLookPeriod = milliseconds(100);

// Shuts down this process' connections to the port of the route's proxy on which
//   - nothing but the CONNECT was sent, so there is no tunnel yet; and
//   - at least `answered` bytes have arrived.
// The library then reports that the proxy hung up. Returns the number of connections that it shut
// down. Any thread.
size_t EndUnopenedTunnels(const ProxyRoute& route, uint64_t answered);

}  // namespace windlass
