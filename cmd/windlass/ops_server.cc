#include "cmd/windlass/ops_server.h"

#include <string_view>
#include <utility>

#include "cmd/windlass/metrics_text.h"

namespace windlass {
namespace {

HttpAnswer AnswerOf(ProbeAnswer probe) {
  HttpAnswer answer;
  answer.status = probe.good ? 200 : 503;
  answer.body = std::make_shared<const std::string>(std::move(probe.text));
  return answer;
}

HttpAnswer AnswerProbe(const Heartbeat& heartbeat, std::string_view path) {
  if (path == "/livez" || path == "/healthz") return AnswerOf(heartbeat.Livez());
  if (path == "/readyz") return AnswerOf(heartbeat.Readyz());
  return {};
}

// How long a page of metrics is served. The first request after that makes a new page.
constexpr Duration kPageAge = milliseconds(250);

// The page of /metrics. All clients that ask within kPageAge share one text, so clients that read
// slowly take little memory.
class MetricsPage {
 public:
  MetricsPage(const Clock& clock, SnapshotBoard& board) : clock_(clock), board_(board) {}

  HttpAnswer Answer() {
    if (text_ == nullptr || clock_.Now() - made_ >= kPageAge) {
      const auto snapshot = board_.Fresh();
      static const Snapshot kNothing;
      text_ = std::make_shared<const std::string>(MetricsText(snapshot ? *snapshot : kNothing));
      made_ = clock_.Now();
    }
    return {200, "text/plain; version=0.0.4; charset=utf-8", text_};
  }

 private:
  const Clock& clock_;
  SnapshotBoard& board_;
  MonotonicTime made_;
  std::shared_ptr<const std::string> text_;
};

}  // namespace

Result<std::unique_ptr<HttpResponder>> ServeMetrics(const std::string& address, const Clock& clock,
                                                    SnapshotBoard& board,
                                                    const Heartbeat& heartbeat) {
  auto page = std::make_shared<MetricsPage>(clock, board);
  return HttpResponder::Listen(address, [page, &heartbeat](std::string_view path) {
    return path == "/metrics" ? page->Answer() : AnswerProbe(heartbeat, path);
  });
}

Result<std::unique_ptr<HttpResponder>> ServeProbes(const std::string& address,
                                                   const Heartbeat& heartbeat) {
  return HttpResponder::Listen(
      address, [&heartbeat](std::string_view path) { return AnswerProbe(heartbeat, path); });
}

}  // namespace windlass
