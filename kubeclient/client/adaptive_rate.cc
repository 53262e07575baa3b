#include "kubeclient/client/adaptive_rate.h"

#include <algorithm>
#include <cmath>

namespace windlass {
namespace {

int64_t WholeSeconds(Duration duration) { return duration / seconds(1); }

// If no limit is configured, a slow start grows from 1 call per second to this rate. After the slow
// start there is no limit again.
constexpr double kNoLimitAfterAll = 100;

}  // namespace

AdaptiveRate::AdaptiveRate(double per_second, int burst)
    : limit_(per_second > 0 ? per_second : 0),
      burst_(std::max(1, burst)),
      rate_(limit_),
      bucket_(per_second, burst) {}

MonotonicTime AdaptiveRate::NextAt(MonotonicTime now) {
  Follow(now);
  return bucket_.NextAt(now);
}

MonotonicTime AdaptiveRate::NextAt(MonotonicTime now, Duration span) {
  Follow(now);
  return bucket_.NextAt(now, span);
}

bool AdaptiveRate::TryTake(MonotonicTime now) {
  Follow(now);
  return bucket_.TryTake(now);
}

void AdaptiveRate::Throttled(MonotonicTime now, Duration retry_after) {
  if (limit_ == 0) return;  // no limit of ours: the server's API Priority and Fairness limits us
  if (halved_ && now < window_ends_) return;
  Follow(now);
  halved_ = std::max(1.0, rate_ / 2);
  window_ends_ = now + std::max<Duration>(retry_after, kThrottledWaitMin);
  Follow(now);
}

void AdaptiveRate::StartSlowly(MonotonicTime now) {
  slow_since_ = now;
  Follow(now);
}

double AdaptiveRate::PerSecond(MonotonicTime now) {
  Follow(now);
  return rate_;
}

bool AdaptiveRate::IsSlowStart(MonotonicTime now) const {
  return slow_since_ && now - *slow_since_ < kSlowStart;
}

double AdaptiveRate::Allowed(MonotonicTime now) const {
  double allowed = limit_;
  if (IsSlowStart(now)) {
    const double whole = limit_ > 0 ? limit_ : kNoLimitAfterAll;
    const auto part = static_cast<double>(WholeSeconds(now - *slow_since_)) /
                      static_cast<double>(WholeSeconds(kSlowStart));
    allowed = std::min(whole, std::pow(whole, part));
  }
  if (halved_) {
    const auto gained =
        static_cast<double>(WholeSeconds(std::max(now, window_ends_) - window_ends_));
    allowed = std::min(allowed, *halved_ + gained);
  }
  return allowed;
}

// Sets the bucket to the rate that is allowed now. The burst shrinks in proportion to the rate, and
// the bucket drops the tokens above the new burst. So a slowed client cannot send its former burst
// at once.
// Example: with 50 calls per second configured and a burst of 100, a rate of 25 has a burst of 50.
// During a slow start the burst is at most what the rate allows in one second.
void AdaptiveRate::Follow(MonotonicTime now) {
  const double allowed = Allowed(now);
  if (allowed == rate_) return;
  rate_ = allowed;
  if (rate_ == limit_) halved_.reset();
  const double whole = limit_ > 0 ? limit_ : kNoLimitAfterAll;
  double burst = rate_ > 0 ? burst_ * std::min(1.0, rate_ / whole) : burst_;
  if (IsSlowStart(now)) burst = std::min(burst, rate_);
  bucket_.SetRate(now, rate_, std::max(1, static_cast<int>(burst)));
}

}  // namespace windlass
