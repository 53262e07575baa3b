#include "kubeclient/client/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace windlass {
namespace {

// Limits of sensible settings. With them, interval * burst stays below 2^63 ns.
constexpr double kIntervalSecondsMax = 3600;
constexpr int kBurstMax = 1'000'000;

}  // namespace

TokenBucket::TokenBucket(double per_second, int burst) {
  if (!(per_second > 0)) return;
  const double interval_seconds = std::min(1 / per_second, kIntervalSecondsMax);
  interval_ = Duration(std::max<int64_t>(1, std::llround(interval_seconds * 1e9)));
  tolerance_ = interval_ * (std::clamp(burst, 1, kBurstMax) - 1);
}

void TokenBucket::SetRate(MonotonicTime now, double per_second, int burst) {
  TokenBucket next(per_second, burst);
  if (interval_ > Duration{0} && next.interval_ > Duration{0}) {
    // Numbers of tokens: the bucket holds `there` now, a full bucket of the new size holds `room`,
    // and `missing` is the difference.
    const auto tokens = [](Duration of, Duration interval) {
      return static_cast<double>(of.count()) / static_cast<double>(interval.count());
    };
    const Duration to_come = std::max(full_at_ - now, Duration{0});
    const double there = tokens(tolerance_ - to_come, interval_) + 1;
    const double room = tokens(next.tolerance_, next.interval_) + 1;
    const double missing = std::max(0.0, room - std::max(0.0, there));
    next.full_at_ =
        now + Duration(std::llround(missing * static_cast<double>(next.interval_.count())));
  }
  *this = next;
}

MonotonicTime TokenBucket::NextAt(MonotonicTime now) const {
  if (interval_ == Duration{0}) return now;
  return std::max(now, MonotonicTime{full_at_.since_start - tolerance_});
}

MonotonicTime TokenBucket::NextAt(MonotonicTime now, Duration span) const {
  if (interval_ == Duration{0}) return now;
  const Duration more = std::clamp(span - interval_, Duration{0}, tolerance_);
  return std::max(now, MonotonicTime{full_at_.since_start - tolerance_ + more});
}

bool TokenBucket::TryTake(MonotonicTime now) {
  if (NextAt(now) > now) return false;
  full_at_ = std::max(full_at_, now) + interval_;
  return true;
}

}  // namespace windlass
