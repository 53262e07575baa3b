#include "cmd/windlass/ops_server.h"

#include <CivetServer.h>

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "cmd/windlass/metrics_text.h"
#include "kubeclient/base/assert.h"

namespace windlass {
namespace {

// If the core thread owes an answer for longer than this, it is stuck.
constexpr Duration kOverdueMax = seconds(30);
// Number of threads. Each connection has a thread until it ends, so an idle connection or a slow
// scraper delays no probe; when no thread is free, a connection waits. 128 are enough for a hundred
// idle connections beside probes and scrapers. A thread costs little: its stack is small (100 KiB),
// and it sleeps while it has no connection.
constexpr int kConnectionsMax = 128;
// How long we wait for a client to send its request, or to read more of the answer. Below the 5 s
// after which the kubelet counts a probe as failed (timeoutSeconds in deploy/base/windlass.yaml).
constexpr milliseconds kClientPatience{2000};

void Answer(mg_connection* connection, int status, const char* reason, const char* type,
            const std::string& body) {
  mg_printf(connection,
            "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
            "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
            status, reason, type, body.size());
  mg_write(connection, body.data(), body.size());
}

void AnswerText(mg_connection* connection, bool good, const std::string& body) {
  Answer(connection, good ? 200 : 503, good ? "OK" : "Service Unavailable",
         "text/plain; charset=utf-8", body);
}

// Answers GET for one path, on threads of the HTTP server. It must outlive these threads.
class Handler : public CivetHandler {
 public:
  explicit Handler(SnapshotBoard& board) : board_(board) {}
  ~Handler() override { WL_ASSERT(answering_ == 0); }

  bool handleGet(CivetServer*, mg_connection* connection) final {
    ++answering_;
    AnswerGet(connection);
    --answering_;
    return true;
  }

 protected:
  virtual void AnswerGet(mg_connection* connection) = 0;

  SnapshotBoard& board_;

 private:
  std::atomic<int> answering_ = 0;  // requests that threads of the server are in
};

class Health : public Handler {
 public:
  using Handler::Handler;

 protected:
  // Returns why the process should be restarted, or "" if it is well. `snapshot` is null until the
  // core thread has published the first one.
  std::string Sickness(const std::shared_ptr<const Snapshot>& snapshot) const {
    if (board_.Overdue() > kOverdueMax) return "the core loop does not turn";
    if (snapshot != nullptr && !snapshot->alive) {
      return "leading, but the Lease could not be renewed";
    }
    return "";
  }
};

class Livez final : public Health {
 public:
  using Health::Health;

 private:
  void AnswerGet(mg_connection* connection) override {
    const std::string sickness = Sickness(board_.Fresh());
    AnswerText(connection, sickness.empty(), sickness.empty() ? "ok\n" : sickness + "\n");
  }
};

class Readyz final : public Health {
 public:
  using Health::Health;

 private:
  void AnswerGet(mg_connection* connection) override {
    const auto snapshot = board_.Fresh();
    const std::string sickness = Sickness(snapshot);
    Readiness readiness;
    if (snapshot == nullptr) {
      readiness.reasons.emplace_back("starting");
    } else {
      readiness = snapshot->readiness;
    }
    if (!sickness.empty()) readiness.reasons.insert(readiness.reasons.begin(), sickness);
    AnswerText(connection, readiness.reasons.empty(), ReadyzText(readiness));
  }
};

class Metrics final : public Handler {
 public:
  using Handler::Handler;

 private:
  void AnswerGet(mg_connection* connection) override {
    static const Snapshot kNothing;
    const auto snapshot = board_.Fresh();
    Answer(connection, 200, "OK", "text/plain; version=0.0.4; charset=utf-8",
           MetricsText(snapshot == nullptr ? kNothing : *snapshot));
  }
};

}  // namespace

struct OpsServer::Server {
  Server(const std::vector<std::string>& options, SnapshotBoard& board)
      : livez(board), readyz(board), metrics(board), civet(options) {
    civet.addHandler("/livez$", livez);
    civet.addHandler("/healthz$", livez);
    civet.addHandler("/readyz$", readyz);
    civet.addHandler("/metrics$", metrics);
  }

  Livez livez;
  Readyz readyz;
  Metrics metrics;
  // Declared after the handlers, and so destroyed before them: its destructor waits until no thread
  // uses a handler.
  CivetServer civet;
  std::string address;
};

Result<std::unique_ptr<OpsServer>> OpsServer::Listen(const std::string& address,
                                                     SnapshotBoard& board) {
  const std::vector<std::string> options = {
      "listening_ports",       address,
      "num_threads",           std::to_string(kConnectionsMax),
      "request_timeout_ms",    std::to_string(kClientPatience.count()),
      "keep_alive_timeout_ms", "0",
      "enable_keep_alive",     "no",
      "max_request_size",      "8192"};
  try {
    auto server = std::make_unique<Server>(options, board);
    const std::vector<int> ports = server->civet.getListeningPorts();
    const size_t colon = address.rfind(':');
    const std::string host = colon == std::string::npos ? "" : address.substr(0, colon);
    server->address = host + ":" + std::to_string(ports.empty() ? 0 : ports.front());
    return std::unique_ptr<OpsServer>(new OpsServer(std::move(server)));
  } catch (const CivetException&) {
    return Error{ErrorKind::kConfig, "--metrics-bind-address: cannot listen on '" + address +
                                         "'; choose a free host:port, or port 0 for any"};
  }
}

OpsServer::OpsServer(std::unique_ptr<Server> server) : server_(std::move(server)) {}
OpsServer::~OpsServer() = default;
const std::string& OpsServer::address() const { return server_->address; }

}  // namespace windlass
