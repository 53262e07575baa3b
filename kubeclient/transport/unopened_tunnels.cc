#include "kubeclient/transport/unopened_tunnels.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "kubeclient/transport/own_connections.h"

namespace windlass {
namespace {

// The beginning of Linux' struct tcp_info, whose declaration in the C library's header lacks these
// counters (linux/tcp.h; Linux 4.1).
struct TcpCounters {
  uint8_t other[120];
  uint64_t bytes_acked;
  uint64_t bytes_received;
};
constexpr int kTcpInfo = 11;  // TCP_INFO

// A connection that has sent at most this many bytes beyond the CONNECT counts as unopened. The
// first message of a TLS handshake is longer.
constexpr uint64_t kSlack = 100;

// Returns the most bytes that the library sends before the tunnel is open. Example: "CONNECT
// h:1 HTTP/1.1", "Host: h:1" and "Proxy-Connection: Keep-Alive" with their line ends are 65 bytes.
uint64_t ConnectBytes(const ProxyRoute& route) {
  constexpr uint64_t kWords = 59;
  constexpr uint64_t kAuthorization = 29;
  const ProxyUrl& proxy = route.proxy;
  const uint64_t secret = proxy.user.size() + 1 + proxy.password.Reveal().size();
  const uint64_t base64 = (secret + 2) / 3 * 4;
  return kWords + 2 * route.server.size() + (proxy.user.empty() ? 0 : kAuthorization + base64);
}

bool EndIfUnopened(int fd, const ProxyRoute& route, uint64_t answered) {
  TcpCounters counters{};
  socklen_t size = sizeof counters;
  if (getsockopt(fd, IPPROTO_TCP, kTcpInfo, &counters, &size) != 0) return false;
  if (size < sizeof counters || counters.bytes_received < answered) return false;
  if (counters.bytes_acked > ConnectBytes(route) + kSlack) return false;
  return shutdown(fd, SHUT_RDWR) == 0;
}

}  // namespace

size_t EndUnopenedTunnels(const ProxyRoute& route, uint64_t answered) {
  size_t ended = 0;
  ForEachConnectionTo(route.proxy.port, [&](int fd) {
    if (EndIfUnopened(fd, route, answered)) ++ended;
  });
  return ended;
}

}  // namespace windlass
