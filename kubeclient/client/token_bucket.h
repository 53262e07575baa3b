// TokenBucket: gives `burst` tokens at once, then `per_second` tokens per second.
//
// The bucket reads no clock: the caller passes in the time. It counts in whole nanoseconds, so that
// a token is there at exactly the time that NextAt returned.
#pragma once

#include "kubeclient/base/clock.h"

namespace windlass {

class TokenBucket {
 public:
  // per_second <= 0: no limit. A burst below 1 counts as 1.
  TokenBucket(double per_second, int burst);

  // Changes rate and burst. Keeps the tokens in the bucket, up to the new burst.
  void SetRate(MonotonicTime now, double per_second, int burst);

  // Returns the first time, not before `now`, at which a token can be taken.
  MonotonicTime NextAt(MonotonicTime now) const;
  // Returns the first time, not before `now`, at which the bucket has as many tokens as come during
  // `span`, but at least one and at most the burst.
  // Example: at 50 tokens per second and a `span` of 200 ms, the bucket then has 10 tokens.
  MonotonicTime NextAt(MonotonicTime now, Duration span) const;
  // Takes a token. Returns false if there is none.
  bool TryTake(MonotonicTime now);
  // Returns when the bucket will be full if no further token is taken. If that time is past, the
  // bucket is full already.
  MonotonicTime full_at() const { return full_at_; }

 private:
  Duration interval_{0};   // time between two tokens; zero = no limit
  Duration tolerance_{0};  // interval_ times (burst - 1)
  MonotonicTime full_at_;  // what full_at() returns
};

}  // namespace windlass
