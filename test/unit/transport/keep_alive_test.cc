// A silent connection is watched over by the kernel as soon as its stream is open.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "kubeclient/transport/own_connections.h"
#include "test/unit/transport/fixture.h"

namespace windlass::keep_alive_test {
namespace {

int Option(int fd, int level, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  REQUIRE(getsockopt(fd, level, option, &value, &size) == 0);
  return value;
}

TEST_CASE("the kernel asks a silent server, and gives up within 45 s (R-025)") {
  RawHttpServer server([](Connection& peer, int) {
    peer.ReadRequest();
    peer.Write(ChunkedHead());
    peer.WaitForPeerToClose();
  });
  TransportFixture client(server.url());
  Streamed streamed;
  client.Stream(Get("/watch"), streamed);
  REQUIRE(client.core.RunUntil([&] { return streamed.opens == 1; }));
  int connections = 0;
  ForEachConnectionTo(static_cast<uint16_t>(server.port()), [&](int fd) {
    ++connections;
    CHECK(Option(fd, SOL_SOCKET, SO_KEEPALIVE) == 1);
    const int idle = Option(fd, IPPROTO_TCP, TCP_KEEPIDLE);
    const int period = Option(fd, IPPROTO_TCP, TCP_KEEPINTVL);
    CHECK(idle + period * Option(fd, IPPROTO_TCP, TCP_KEEPCNT) <= 45);
    CHECK(Option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT) <= 45'000);  // also with bytes on their way
    CHECK(Option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT) >= 10'000);
  });
  CHECK(connections == 1);
}

}  // namespace
}  // namespace windlass::keep_alive_test
