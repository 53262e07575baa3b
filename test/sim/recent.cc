#include "test/sim/recent.h"

#include <algorithm>

namespace windlass::sim {

void Recent::Note(MonotonicTime now, int64_t value) {
  if (!values_.empty() && values_.back().second == value) return;
  values_.emplace_back(now, value);
}

size_t Recent::First(MonotonicTime now, Duration window) {
  while (values_.size() > 1 && now - values_[1].first > kRecentKept) values_.pop_front();
  size_t first = 0;
  while (first + 1 < values_.size() && now - values_[first + 1].first > window) ++first;
  return first;
}

int64_t Recent::Max(MonotonicTime now, Duration window) {
  int64_t most = 0;
  for (size_t i = First(now, window); i < values_.size(); ++i) {
    most = std::max(most, values_[i].second);
  }
  return most;
}

int64_t Recent::Min(MonotonicTime now, Duration window) {
  if (values_.empty()) return 0;
  int64_t least = values_.back().second;
  for (size_t i = First(now, window); i < values_.size(); ++i) {
    least = std::min(least, values_[i].second);
  }
  return least;
}

int64_t Recent::MinAboveZero(MonotonicTime now, Duration window) {
  int64_t least = 0;
  for (size_t i = First(now, window); i < values_.size(); ++i) {
    const int64_t value = values_[i].second;
    if (value > 0 && (least == 0 || value < least)) least = value;
  }
  return least;
}

}  // namespace windlass::sim
