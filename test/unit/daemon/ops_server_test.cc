// The operations port, with real connections: a client that sends nothing, or reads nothing, delays
// no other.
#include "cmd/windlass/ops_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "test/catch.h"
#include "test/support/test_core_loop.h"

namespace windlass::ops_server_test {
namespace {

// A test that waits longer than this has failed.
constexpr timeval kGiveUp{60, 0};

// A client's connection to 127.0.0.1.
class Connection {
 public:
  // `receive_buffer`: bytes that the kernel keeps for a client that does not read; 0 = the default.
  explicit Connection(uint16_t port, int receive_buffer = 0)
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) Set(SO_RCVBUF, receive_buffer);
    Set(SO_RCVTIMEO, kGiveUp);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool connected() const { return connected_; }
  void Get(const std::string& path) const {
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n";
    static_cast<void>(send(socket_, request.data(), request.size(), MSG_NOSIGNAL));
  }
  // Returns true if the server has neither sent a byte nor ended the connection.
  bool idle() const {
    char byte = 0;
    return recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }
  // Returns what the server sends until it ends the connection; "given up" if it never does.
  std::string ReadAll() const {
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
      const ssize_t size = recv(socket_, buffer.data(), buffer.size(), 0);
      if (size == 0) return text;
      if (size < 0) return "given up";
      text.append(buffer.data(), static_cast<size_t>(size));
    }
  }

 private:
  template <typename T>
  void Set(int option, const T& value) const {
    setsockopt(socket_, SOL_SOCKET, option, &value, sizeof value);
  }

  int socket_;
  bool connected_ = false;
};

// An OpsServer whose core thread is the test's own.
struct Served {
  Served() {
    auto listening = OpsServer::Listen("127.0.0.1:0", board);
    REQUIRE(listening.ok());
    server = std::move(listening).value();
    const std::string& address = server->address();
    port = static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }
  // Publishes `snapshot` now, and again for every request.
  void Show(Snapshot snapshot) {
    shown = std::move(snapshot);
    board.Publish(shown);
  }
  // Returns the whole answer, or "" if there is none. Another thread fetches it while the core
  // runs.
  std::string Answer(const std::string& path) {
    std::string answer;
    std::atomic<bool> done = false;
    std::thread client([&] {
      const Connection connection(port);
      connection.Get(path);
      answer = connection.ReadAll();
      done = true;
    });
    core.RunUntil([&] { return done.load(); });
    client.join();
    return answer;
  }

  TestCoreLoop core;
  Snapshot shown;
  int published = 0;
  int asked = 0;
  bool silent = false;  // the core is asked, and publishes nothing
  SnapshotBoard board{core.clock, [this] {
                        core.inbox.Post([this] {
                          ++asked;
                          if (silent) return;
                          board.Publish(shown);
                          ++published;
                        });
                      }};
  std::unique_ptr<OpsServer> server;
  uint16_t port = 0;
};

// Returns a snapshot whose metrics page is above 10 MB, more than socket buffers hold.
Snapshot Huge() {
  static constexpr Metric kMadeUp{
      "windlass_test_total", MetricType::kCounter, "Made up.", {{{"label"}}}};
  Snapshot snapshot;
  for (int i = 0; i < 60'000; ++i) {
    snapshot.figures.Count(kMadeUp, 1, {std::string(150, 'x') + std::to_string(i)});
  }
  return snapshot;
}

bool IsOk(const std::string& answer) { return answer.starts_with("HTTP/1.1 200 OK\r\n"); }

TEST_CASE("the operations port answers what it is asked, and ends the connection (L-013)") {
  Served served;
  served.Show({});
  CHECK(IsOk(served.Answer("/livez")));
  CHECK(IsOk(served.Answer("/healthz")));
  CHECK(IsOk(served.Answer("/readyz")));
  const std::string metrics = served.Answer("/metrics");
  CHECK(IsOk(metrics));
  CHECK(metrics.find("\nprocess_resident_memory_bytes ") != std::string::npos);
  Snapshot sick;
  sick.alive = false;  // it believes that it leads, and cannot renew (L-013)
  served.Show(std::move(sick));
  CHECK(served.Answer("/livez").starts_with("HTTP/1.1 503 "));
  CHECK(served.Answer("/readyz").starts_with("HTTP/1.1 503 "));
  CHECK(served.Answer("/nothing").starts_with("HTTP/1.1 404 "));
}

// True if both probes were answered before the server ended any of 100 idle connections.
bool AnswersBesideIdle(Served& served) {
  std::vector<std::unique_ptr<Connection>> idle;
  for (int i = 0; i < 100; ++i) {
    idle.push_back(std::make_unique<Connection>(served.port));
    REQUIRE(idle.back()->connected());
  }
  CHECK(IsOk(served.Answer("/livez")));
  CHECK(IsOk(served.Answer("/readyz")));
  const bool waited_for_none =
      std::ranges::all_of(idle, [](const auto& connection) { return connection->idle(); });
  CHECK(idle.front()->ReadAll() != "given up");  // the server ends an idle connection in time
  return waited_for_none;
}

TEST_CASE("probes are answered beside 100 idle connections and a scraper that reads nothing") {
  Served served;
  served.Show(Huge());
  const Connection scraper(served.port, 1024);
  scraper.Get("/metrics");
  REQUIRE(served.core.RunUntil([&] { return served.published > 0; }));
  served.Show({});

  bool answers = false;
  for (int i = 0; i < 5 && !answers; ++i) {  // on a slow machine idle connections may time out
    answers = AnswersBesideIdle(served);
  }
  CHECK(answers);
  CHECK(IsOk(served.Answer("/metrics")));
}

TEST_CASE("a server that is destroyed waits for the handler that is answering") {
  Served served;
  served.Show({});
  served.silent = true;
  const Connection connection(served.port);
  connection.Get("/livez");
  REQUIRE(served.core.RunUntil([&] { return served.asked > 0; }));  // and waits for the core
  served.server.reset();  // the handler asserts that it is not answering when it is destroyed
  CHECK(connection.ReadAll() != "given up");
}

}  // namespace
}  // namespace windlass::ops_server_test
