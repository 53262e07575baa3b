#include "kubeclient/client/retry.h"

#include <algorithm>

#include "kubeclient/client/adaptive_rate.h"

namespace windlass {
namespace {

// The most times that a call is repeated after a 429, which means that the call was not executed.
// Reads: client-go's number. Writes: fewer, because they were decided from caches that become
// outdated.
constexpr int kThrottledWriteRetries = 3;
constexpr int kThrottledReadRetries = 10;
// How often a call is repeated after a kServer error, and how long the first wait is. Each further
// wait is twice as long as the one before: 250 ms, 500 ms, 1 s.
constexpr int kServerErrorRetries = 3;
constexpr Duration kServerErrorBackOff = milliseconds(250);

// Returns the error's Retry-After, but at least `least`.
Duration Wait(const Error& error, Duration least) {
  return std::max<Duration>(milliseconds(error.retry_after_ms), least);
}

std::optional<Duration> RetryEventIn(const Error& error, Retries& so_far) {
  switch (error.kind) {
    case ErrorKind::kNotSent:
    case ErrorKind::kAmbiguous:
    case ErrorKind::kServer:
    case ErrorKind::kThrottled: break;
    default: return std::nullopt;
  }
  if (++so_far.event >= kEventTriesMax) return std::nullopt;
  return Wait(error, kThrottledWaitMin);
}

std::optional<Duration> RetryThrottledIn(const Request& request, const Error& error,
                                         Retries& so_far) {
  const int most = request.mutates() ? kThrottledWriteRetries : kThrottledReadRetries;
  if (so_far.throttled >= most) return std::nullopt;
  ++so_far.throttled;
  return Wait(error, kThrottledWaitMin);
}

// Returns true if a dry run got no answer or a 504, mostly because a webhook is slow. The client
// does not repeat such a dry run: the next sync does so, and a repeat here would delay the report
// to the user.
bool IsLateDryRun(const Request& request, const Error& error) {
  const bool unanswered = error.http_status == 0 || error.http_status == 504;
  return request.verb() == Verb::kDryRunCreate && unanswered;
}

std::optional<Duration> RetryServerErrorIn(const Request& request, const Error& error,
                                           Retries& so_far) {
  if (IsLateDryRun(request, error)) return std::nullopt;
  if (so_far.server >= kServerErrorRetries) return std::nullopt;
  return Wait(error, kServerErrorBackOff * (1 << so_far.server++));
}

}  // namespace

std::optional<Duration> RetryIn(const Request& request, const Error& error, Retries& so_far) {
  // After a 401 the transport gets new credentials, so the call is repeated once. If the server
  // refuses the new credentials, too, the caller gets the error.
  if (error.kind == ErrorKind::kUnauthorized && so_far.unauthorized++ == 0) return Duration{0};
  if (request.resource() == resources::kEvents && request.mutates()) {
    return RetryEventIn(error, so_far);
  }
  switch (error.kind) {
    case ErrorKind::kNotSent:  // mostly a pooled connection was dead; a new connection works
      if (so_far.not_sent++ == 0) return Duration{0};
      return std::nullopt;
    case ErrorKind::kThrottled: return RetryThrottledIn(request, error, so_far);
    case ErrorKind::kServer: return RetryServerErrorIn(request, error, so_far);
    case ErrorKind::kMalformed:
      if (request.mutates()) return std::nullopt;
      return RetryServerErrorIn(request, error, so_far);
    default: return std::nullopt;
  }
}

}  // namespace windlass
