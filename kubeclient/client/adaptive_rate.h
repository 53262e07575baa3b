// AdaptiveRate: a token bucket whose rate follows what the API server answers (C-011, C-012).
//
//   - A 429 or 503 halves the rate, but not below one call per second. The answer also opens a
//     window. The window is as long as the answer's Retry-After, but at least kThrottledWaitMin. A
//     further 429 or 503 in the window changes nothing. After the window the rate grows by one call
//     per second each second. Example: at 50 calls per second, a 429 with a Retry-After of 3 s
//     comes at 0 s.
//       0 to 4 s    25; the window ends at 3 s
//       4 to 5 s    26
//       from 28 s   50 again, because 3 s + 25 s = 28 s
//   - After an outage the rate begins at one call per second. It grows by the same factor every
//     second, and reaches the configured rate after kSlowStart. Example, with 64 calls per second
//     and a slow start of 10 s: 1 call per second at first, 8 after 5 s, 64 after 10 s.
// The caller passes in the time, which must never go back.
#pragma once

#include <optional>

#include "kubeclient/base/clock.h"
#include "kubeclient/client/token_bucket.h"

namespace windlass {

// After a 429 or 503 has halved the rate, a further one does not halve it again within this time,
// even if the first one's Retry-After is shorter. Also the client's shortest wait (retry.cc) before
// it repeats
//   - any call that got a 429;
//   - the write of an Event, after any error but a 401.
inline constexpr Duration kThrottledWaitMin = seconds(1);
// How long a slow start takes, from one call per second to the configured rate.
inline constexpr Duration kSlowStart = seconds(10);

class AdaptiveRate {
 public:
  // per_second <= 0: no limit, except during a slow start.
  AdaptiveRate(double per_second, int burst);

  // NextAt and TryTake work like TokenBucket's functions of these names, at the rate that is
  // allowed now.
  MonotonicTime NextAt(MonotonicTime now);
  MonotonicTime NextAt(MonotonicTime now, Duration span);
  bool TryTake(MonotonicTime now);

  // Call when the server answered 429 or 503. `retry_after` is the answer's Retry-After, or 0.
  // Halves the rate, and opens a window in which further calls of this function do nothing. Does
  // nothing if there is no limit.
  void Throttled(MonotonicTime now, Duration retry_after);
  // Call when the server is back after an outage. Begins a slow start.
  void StartSlowly(MonotonicTime now);

  // Returns the calls per second that are allowed now; 0 = no limit.
  double PerSecond(MonotonicTime now);

 private:
  bool IsSlowStart(MonotonicTime now) const;
  double Allowed(MonotonicTime now) const;
  void Follow(MonotonicTime now);

  const double limit_;
  const int burst_;
  double rate_;  // the rate of `bucket_`; 0 = no limit
  TokenBucket bucket_;
  // The rate just after the latest halving; nullopt once the rate is back at `limit_`.
  std::optional<double> halved_;
  MonotonicTime window_ends_;                // end of the window of the latest halving
  std::optional<MonotonicTime> slow_since_;  // when the latest slow start began
};

}  // namespace windlass
