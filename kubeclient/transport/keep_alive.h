// Finds connections that died without a word: a network that drops packets, a machine that lost its
// power. Without this a watch on such a connection looks quiet until kWatchIdle.
#pragma once

#include <cstdint>

#include "kubeclient/base/clock.h"

namespace windlass {

// The kernel asks a silent peer after kKeepAliveIdle, and then every kKeepAlivePeriod. If no answer
// came for kPeerSilenceMax, the connection breaks.
inline constexpr Duration kKeepAliveIdle = seconds(15);
inline constexpr Duration kKeepAlivePeriod = seconds(5);
inline constexpr Duration kPeerSilenceMax = seconds(30);

// Has the kernel watch over all connections of this process to `port` that it does not watch over
// yet. It does not notice a dead server if a proxy in between answers for it. Any thread.
void KeepConnectionsAlive(uint16_t port);

}  // namespace windlass
