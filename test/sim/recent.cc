#include "test/sim/recent.h"

#include <algorithm>

namespace windlass::sim {

void Recent::Note(MonotonicTime now, int64_t value) {
  if (!values_.empty() && values_.back().second == value) return;
  values_.emplace_back(now, value);
}

void Recent::Forget(MonotonicTime now, Duration window) {
  while (values_.size() > 1 && now - values_[1].first > window) values_.pop_front();
}

int64_t Recent::Max(MonotonicTime now, Duration window) {
  Forget(now, window);
  int64_t most = 0;
  for (const auto& [time, value] : values_) most = std::max(most, value);
  return most;
}

int64_t Recent::Min(MonotonicTime now, Duration window) {
  Forget(now, window);
  int64_t least = values_.empty() ? 0 : values_.front().second;
  for (const auto& [time, value] : values_) least = std::min(least, value);
  return least;
}

}  // namespace windlass::sim
