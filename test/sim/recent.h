// What a quantity was a moment ago: invariants judge a write by the most lenient of it, because a
// controller acts on what it has seen.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>

#include "kubeclient/base/clock.h"

namespace windlass::sim {

inline constexpr Duration kRecentKept = seconds(1800);

// The values that a quantity had recently.
class Recent {
 public:
  void Note(MonotonicTime now, int64_t value);
  // Of the values that it had within `window`, which is at most kRecentKept.
  int64_t Max(MonotonicTime now, Duration window);
  int64_t Min(MonotonicTime now, Duration window);
  // Returns the least of those above 0; 0 if none was.
  int64_t MinAboveZero(MonotonicTime now, Duration window);

 private:
  // Returns the first value that counts.
  size_t First(MonotonicTime now, Duration window);
  std::deque<std::pair<MonotonicTime, int64_t>> values_;  // each value counts from its time on
};

}  // namespace windlass::sim
