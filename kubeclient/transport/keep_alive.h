// Finds connections that died silently, for example because a network drops packets or a machine
// lost its power. Otherwise a watch on such a connection looks quiet until kWatchIdle.
#pragma once

#include <cstdint>

#include "kubeclient/base/clock.h"

namespace windlass {

// The kernel asks a silent peer after kKeepAliveIdle, and then every kKeepAlivePeriod. If no answer
// came for kPeerSilenceMax, the connection breaks.
inline constexpr Duration kKeepAliveIdle = seconds(15);
inline constexpr Duration kKeepAlivePeriod = seconds(5);
inline constexpr Duration kPeerSilenceMax = seconds(30);

// Makes the kernel check every connection of this process to `port`. Behind a proxy the kernel
// checks only the proxy, and does not notice a dead server. Any thread.
void KeepConnectionsAlive(uint16_t port);

}  // namespace windlass
