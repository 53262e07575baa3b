// Clocks and times. Code receives a Clock& instead of reading the time itself. There are two types
// of time. Code that mixes them in a comparison or a subtraction does not compile:
//
//   MonotonicTime  for timers, deadlines and back-off; never goes back, unrelated to the calendar;
//   WallTime       for what the API server stores: whole seconds since 1970 UTC (metav1.Time).
#pragma once

#include <algorithm>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>

namespace windlass {

using Duration = std::chrono::nanoseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct MonotonicTime {
  Duration since_start{0};

  auto operator<=>(const MonotonicTime&) const = default;
  MonotonicTime operator+(Duration d) const { return {since_start + d}; }
  Duration operator-(MonotonicTime earlier) const { return since_start - earlier.since_start; }
};

struct WallTime {
  int64_t unix_seconds = 0;  // 0 = absent ("null" in the API)

  auto operator<=>(const WallTime&) const = default;
  bool IsZero() const { return unix_seconds == 0; }
  WallTime operator+(seconds d) const { return {unix_seconds + d.count()}; }
  // Clamps the difference to a century in either direction. Reason: a client may have stored a time
  // in the year 9999, and a Duration holds at most 292 years.
  seconds operator-(WallTime earlier) const {
    constexpr int64_t kCentury = int64_t{100} * 366 * 86400;
    return seconds(std::clamp(unix_seconds - earlier.unix_seconds, -kCentury, kCentury));
  }
};

// Returns the earlier of two times. nullopt means "never", so Sooner(nullopt, b) is b.
template <typename T>
std::optional<T> Sooner(const std::optional<T>& a, const std::optional<T>& b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

class Clock {
 public:
  virtual ~Clock() = default;
  // Must also advance while the machine is suspended (L-002).
  virtual MonotonicTime Now() const = 0;
  virtual WallTime Wall() const = 0;
  // Returns wall time in microseconds since 1970, for Lease times and unique Event names.
  virtual int64_t WallMicros() const = 0;
};

// The machine's clocks: CLOCK_BOOTTIME and CLOCK_REALTIME. Thread-safe.
class SystemClock final : public Clock {
 public:
  MonotonicTime Now() const override;
  WallTime Wall() const override;
  int64_t WallMicros() const override;
};

}  // namespace windlass
