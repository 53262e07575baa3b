#include "kubeclient/transport/own_connections.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace windlass {
namespace {

// A second descriptor for the connection that the descriptor `of` names. If another thread closes
// `of`, the second descriptor still names that connection.
class Duplicate {
 public:
  explicit Duplicate(int of) : fd_(fcntl(of, F_DUPFD_CLOEXEC, 0)) {}
  ~Duplicate() {
    if (fd_ >= 0) close(fd_);
  }
  Duplicate(const Duplicate&) = delete;
  Duplicate& operator=(const Duplicate&) = delete;

  int fd() const { return fd_; }

 private:
  const int fd_;
};

// Returns the port that the socket is connected to; nullopt if it is not connected over TCP/IP.
std::optional<uint16_t> PeerPort(int fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return std::nullopt;
  if (peer.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in*>(&peer)->sin_port);
  if (peer.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(&peer)->sin6_port);
  return std::nullopt;
}

}  // namespace

void ForEachConnectionTo(uint16_t port, const std::function<void(int fd)>& visit) {
  std::error_code failure;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", failure), end;
       !failure && entry != end; entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    if (fd < 0) continue;
    const Duplicate connection(fd);
    if (connection.fd() >= 0 && PeerPort(connection.fd()) == port) visit(connection.fd());
  }
}

namespace {

void Set(int fd, int level, int option, int64_t value) {
  const int number = static_cast<int>(value);
  // If this fails, a dead connection is noticed later.
  setsockopt(fd, level, option, &number, sizeof number);
}

bool IsKeptAlive(int fd) {
  int on = 0;
  socklen_t size = sizeof on;
  return getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &size) == 0 && on != 0;
}

}  // namespace

void KeepConnectionsAlive(uint16_t port) {
  ForEachConnectionTo(port, [](int fd) {
    if (IsKeptAlive(fd)) return;
    Set(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIdle / seconds(1));
    Set(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAlivePeriod / seconds(1));
    Set(fd, IPPROTO_TCP, TCP_KEEPCNT, (kPeerSilenceMax - kKeepAliveIdle) / kKeepAlivePeriod);
    Set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kPeerSilenceMax / milliseconds(1));
    Set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  });
}

namespace {

// The beginning of Linux' struct tcp_info, whose declaration in the C library's header lacks these
// counters (linux/tcp.h; Linux 4.1).
struct TcpCounters {
  uint8_t other[120];
  uint64_t bytes_acked;
  uint64_t bytes_received;
};
constexpr int kTcpInfo = 11;  // TCP_INFO

// If at most this many bytes were sent after the CONNECT, the connection has no tunnel yet: in a
// tunnel, the first message of the TLS handshake follows, which is longer.
constexpr uint64_t kSlack = 100;

// Returns the most bytes that the library sends before the tunnel is open. Example for server "h:1"
// (3 bytes), without a user: "CONNECT h:1 HTTP/1.1", "Host: h:1", "Proxy-Connection: Keep-Alive"
// and an empty line, with their line ends, are 59 + 2 * 3 = 65 bytes.
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
