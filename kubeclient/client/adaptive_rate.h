// The client's rate: a token bucket whose rate follows what the server says (C-011, C-012).
//
// A 429 or 503 halves it, once per Retry-After window; a second later, and every second from then,
// it gains one call per second until it is what was configured. After an outage it begins at one
// call per second and grows to the whole within kSlowStart. The caller hands in the time, which
// never goes back.
#pragma once

#include <optional>

#include "kubeclient/base/clock.h"
#include "kubeclient/client/token_bucket.h"

namespace windlass {

class AdaptiveRate {
 public:
  // per_second <= 0: no limit; then only the slow start applies.
  AdaptiveRate(double per_second, int burst);

  // As TokenBucket's.
  MonotonicTime NextAt(MonotonicTime now);
  MonotonicTime NextAt(MonotonicTime now, Duration span);
  bool TryTake(MonotonicTime now);

  // The server asked for less; `retry_after` is how long it will not want to hear more.
  void Throttled(MonotonicTime now, Duration retry_after);
  void StartSlowly(MonotonicTime now);

  // Calls per second just now; 0 = no limit.
  double PerSecond(MonotonicTime now);

 private:
  bool IsSlowStart(MonotonicTime now) const;
  double Allowed(MonotonicTime now) const;
  void Follow(MonotonicTime now);

  const double limit_;
  const int burst_;
  double rate_;  // the bucket's; 0 = no limit
  TokenBucket bucket_;
  // Since the latest halving: to what, and when its window ends.
  std::optional<double> halved_;
  MonotonicTime window_ends_;
  std::optional<MonotonicTime> slow_since_;
};

}  // namespace windlass
