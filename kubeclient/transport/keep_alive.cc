#include "kubeclient/transport/keep_alive.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "kubeclient/transport/own_connections.h"

namespace windlass {
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

}  // namespace windlass
