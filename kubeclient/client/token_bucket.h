// A token bucket: `burst` tokens at once, then `per_second` of them.
//
// Pure and exact: the caller hands in the time, and whole nanoseconds are counted, so that a token
// is there precisely when NextAt said.
#pragma once

#include "kubeclient/base/clock.h"

namespace windlass {

class TokenBucket {
 public:
  // per_second <= 0: always full. A burst below 1 counts as 1.
  TokenBucket(double per_second, int burst);

  // From now on another rate and burst. Tokens that are there stay, as far as they fit.
  void SetRate(MonotonicTime now, double per_second, int burst);

  // The first moment, not before `now`, at which a token may be taken.
  MonotonicTime NextAt(MonotonicTime now) const;
  // The first moment at which as many tokens as come in `span` may be taken: at least one, at most
  // the burst.
  MonotonicTime NextAt(MonotonicTime now, Duration span) const;
  // False when there is none.
  bool TryTake(MonotonicTime now);
  // From then on the bucket is as good as new, unless a token is taken meanwhile.
  MonotonicTime full_at() const { return full_at_; }

 private:
  Duration interval_{0};   // between tokens; zero = unlimited
  Duration tolerance_{0};  // what a full bucket is worth, less one token
  MonotonicTime full_at_;  // when the bucket is (was) full again
};

}  // namespace windlass
