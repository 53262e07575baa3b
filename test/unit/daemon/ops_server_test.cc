// The operations ports, with real connections: what they answer, and what they ask of the core.
#include "cmd/windlass/ops_server.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "test/catch.h"
#include "test/support/loopback_client.h"
#include "test/support/test_core_loop.h"

namespace windlass::ops_server_test {
namespace {

// Both ports, for a core thread that is the test's own.
struct Served {
  Served() {
    auto with_metrics = ServeMetrics("127.0.0.1:0", core.clock, board, heartbeat);
    auto probes_alone = ServeProbes("127.0.0.1:0", heartbeat);
    REQUIRE(with_metrics.ok());
    REQUIRE(probes_alone.ok());
    metrics = std::move(with_metrics).value();
    probes = std::move(probes_alone).value();
  }
  // Returns the whole answer of the port, or "" if there is none. Another thread fetches it while
  // the core runs.
  std::string Answer(const HttpResponder& port, const std::string& path) {
    std::string answer;
    std::atomic<bool> done = false;
    std::thread client([&] {
      const LoopbackClient connection(port.address());
      connection.Get(path);
      answer = connection.ReadAll();
      done = true;
    });
    core.RunUntil([&] { return done.load(); });
    client.join();
    return answer;
  }

  TestCoreLoop core;
  Snapshot shown;  // published when the core is asked
  int asked = 0;
  bool silent = false;  // the core is asked, and publishes nothing
  Heartbeat heartbeat{core.clock};
  SnapshotBoard board{[this] {
    core.inbox.Post([this] {
      ++asked;
      if (!silent) board.Publish(shown);
    });
  }};
  std::unique_ptr<HttpResponder> metrics;
  std::unique_ptr<HttpResponder> probes;
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

bool IsRefused(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n");
}

TEST_CASE("both operations ports answer probes, and one of them metrics") {
  Served served;
  served.heartbeat.Beat({}, {});
  for (const HttpResponder* port : {served.metrics.get(), served.probes.get()}) {
    CHECK(IsOk(served.Answer(*port, "/livez")));
    CHECK(IsOk(served.Answer(*port, "/healthz")));
    CHECK(IsOk(served.Answer(*port, "/readyz?verbose")));
    CHECK(served.Answer(*port, "/nothing").starts_with("HTTP/1.1 404 "));
  }
  CHECK(served.asked == 0);  // probes ask nothing of the core
  const std::string page = served.Answer(*served.metrics, "/metrics");
  CHECK(IsOk(page));
  CHECK(page.find("\nprocess_resident_memory_bytes ") != std::string::npos);
  CHECK(served.Answer(*served.probes, "/metrics").starts_with("HTTP/1.1 404 "));
}

TEST_CASE("a process that cannot renew its Lease is not alive (L-013)") {
  Served served;
  served.heartbeat.Beat({}, served.core.clock.Now());
  CHECK(IsRefused(served.Answer(*served.probes, "/livez")));
  CHECK(IsRefused(served.Answer(*served.probes, "/readyz")));
  CHECK(IsRefused(served.Answer(*served.metrics, "/livez")));
}

TEST_CASE("the core makes a page of metrics at most every 250 ms") {
  Served served;
  for (int i = 0; i < 20; ++i) CHECK(IsOk(served.Answer(*served.metrics, "/metrics")));
  const int asked = served.asked;
  CHECK(asked < 20);
  served.core.clock.Skip(milliseconds(250));
  CHECK(IsOk(served.Answer(*served.metrics, "/metrics")));
  CHECK(served.asked > asked);
}

TEST_CASE("probes are answered while the core hangs, and scrapes get the last page") {
  Served served;
  served.heartbeat.Beat({}, {});
  served.silent = true;
  CHECK(IsOk(served.Answer(*served.metrics, "/metrics")));
  CHECK(IsOk(served.Answer(*served.metrics, "/livez")));
  CHECK(IsOk(served.Answer(*served.probes, "/livez")));
}

TEST_CASE("probes are answered beside a scraper that reads nothing of a large page") {
  Served served;
  served.heartbeat.Beat({}, {});
  served.shown = Huge();
  const std::string& address = served.metrics->address();
  const LoopbackClient scraper(
      static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))), 1024);
  scraper.Get("/metrics");
  REQUIRE(served.core.RunUntil([&] { return served.asked > 0; }));
  CHECK(IsOk(served.Answer(*served.metrics, "/livez")));
  CHECK(IsOk(served.Answer(*served.metrics, "/metrics")));
}

TEST_CASE("a port that is closed waits for the answer that is being made") {
  Served served;
  served.silent = true;
  const LoopbackClient connection(served.metrics->address());
  connection.Get("/metrics");
  REQUIRE(served.core.RunUntil([&] { return served.asked > 0; }));  // and waits for the core
  served.metrics.reset();  // a sanitizer sees an answer that goes on
  CHECK(connection.ReadAll() != "given up");
}

}  // namespace
}  // namespace windlass::ops_server_test
