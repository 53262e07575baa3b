// Finds the TCP connections of this process, because the HTTP library does not hand out their
// descriptors. We need a descriptor:
//   - for keep-alive, to make the kernel notice when the peer has died silently;
//   - for tunnels, to shut down a connection on which a proxy has not opened the tunnel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "kubeclient/base/clock.h"
#include "kubeclient/transport/proxy_failure.h"

namespace windlass {

// Calls `visit` for each open TCP connection of this process whose other end has the port `port`.
// The descriptor `fd` is valid during the call. Looks at every descriptor of the process, usually a
// few dozen. Any thread.
void ForEachConnectionTo(uint16_t port, const std::function<void(int fd)>& visit);

// --- keep-alive ---
//
// Finds connections that died silently, for example because a network drops packets or a machine
// lost its power. Otherwise we notice that a watch's connection is dead only after kWatchIdle
//

// The kernel probes a silent peer after kKeepAliveIdle, and then every kKeepAlivePeriod. If no
// answer comes for kPeerSilenceMax, the kernel ends the connection.
inline constexpr Duration kKeepAliveIdle = seconds(15);
inline constexpr Duration kKeepAlivePeriod = seconds(5);
inline constexpr Duration kPeerSilenceMax = seconds(30);

// Makes the kernel check every connection of this process to `port`. Behind a proxy the kernel
// checks only the proxy, and does not notice a dead server. Any thread.
void KeepConnectionsAlive(uint16_t port);

// --- tunnels ---
//
// Bounds what a proxy may answer to CONNECT. The library reads that answer up to an empty line,
// however long it is, and offers no limit. So EndUnopenedTunnels looks at the connections
// themselves.

// How many bytes a proxy may send before its tunnel is open. Real answers have some hundred bytes.
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
