#include "cmd/windlass/all_metrics.h"

namespace windlass {
namespace {

constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

constexpr Metric kRequests{
    "rest_client_requests_total",
    MetricType::kCounter,
    "Number of HTTP requests, partitioned by status code and method.",
    {{{"method", kMethods},
      {"code",
       {},
       "the HTTP status that the API server answered with, or `<error>` if no response came"}}},
    "Lists and watches of the caches, the Lease and probes are not counted here, but in "
    "windlass_api_requests_total."};
constexpr Metric kRequestDuration{"rest_client_request_duration_seconds",
                                  MetricType::kHistogram,
                                  "Request latency in seconds. Broken down by verb.",
                                  {{{"verb", kMethods}}}};
constexpr Metric kRateLimiterDuration{"rest_client_rate_limiter_duration_seconds",
                                      MetricType::kHistogram,
                                      "Client side rate limiter latency in seconds.",
                                      {},
                                      "How long requests waited because of `--kube-api-qps`."};
constexpr Metric kSent{
    "windlass_api_requests_total", MetricType::kCounter,
    "Requests sent to the API server, with those of the caches, the Lease and probes."};
constexpr Metric kRate{
    "windlass_client_rate",
    MetricType::kGauge,
    "Calls per second that Windlass may make now; 0 means no limit.",
    {},
    "An answer that windlass_client_throttled_total counts halves the rate. Afterwards the rate "
    "grows by one call per second each second. After an outage it begins at one call per second."};
constexpr Metric kThrottled{"windlass_client_throttled_total", MetricType::kCounter,
                            "Answers 429 and 503. An answer to a write does not count if the "
                            "written object itself may have caused the answer."};
constexpr Metric kInFlight{"windlass_client_in_flight", MetricType::kGauge,
                           "Requests that have been sent and have no answer yet."};
constexpr Metric kWaiting{
    "windlass_client_waiting", MetricType::kGauge,
    "Requests that have not been sent yet, or wait to be sent again after a failure."};
constexpr Metric kAway{
    "windlass_api_server_away",
    MetricType::kGauge,
    "1 while the API server does not answer.",
    {},
    "Windlass then asks for `/readyz` every few seconds, and sends next to nothing else."};
constexpr Metric kOutages{"windlass_api_server_outages_total", MetricType::kCounter,
                          "How often the API server stopped answering."};
constexpr Metric kProbes{"windlass_api_server_probes_total", MetricType::kCounter,
                         "Requests for /readyz during outages."};

}  // namespace

MetricSection ClientMetrics() {
  return {"API server",
          {&kRequests, &kRequestDuration, &kRateLimiterDuration, &kSent, &kRate, &kThrottled,
           &kInFlight, &kWaiting, &kAway, &kOutages, &kProbes}};
}

void AddClient(const Snapshot& snapshot, Figures& figures) {
  const ClientCounters& client = snapshot.client;
  for (const auto& [method_and_code, count] : client.requests) {
    figures.Count(kRequests, count, {method_and_code.first, method_and_code.second});
  }
  for (const auto& [verb, histogram] : snapshot.request_duration) {
    figures.Spread(kRequestDuration, histogram, {verb});
  }
  figures.Spread(kRateLimiterDuration, snapshot.rate_limiter_duration);
  figures.Count(kSent, snapshot.requests_sent);
  figures.Set(kRate, client.rate);
  figures.Count(kThrottled, client.throttled);
  figures.Set(kInFlight, client.in_flight);
  figures.Set(kWaiting, static_cast<double>(client.waiting));
  figures.Set(kAway, snapshot.server_away ? 1 : 0);
  figures.Count(kOutages, snapshot.server_times_away);
  figures.Count(kProbes, snapshot.server_probes);
}

}  // namespace windlass
