// Timers of the core thread: callbacks at monotonic times, in order of (time, order of adding).
//
// Pure data structure: it neither waits nor reads a clock. The daemon's loop asks next() how long
// it may sleep and calls RunDue(now); the simulator jumps its virtual clock to next(). Core thread
// only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "kubeclient/base/clock.h"

namespace windlass {

using TimerId = uint64_t;  // 0 is never a timer

class TimerQueue {
 public:
  // Runs `callback` once, in the first RunDue whose now >= `at`.
  TimerId At(MonotonicTime at, std::function<void()> callback);

  // Does nothing for 0, and for a timer that has run or was cancelled.
  void Cancel(TimerId id);

  std::optional<MonotonicTime> next() const;
  bool empty() const { return timers_.empty(); }

  // Runs every timer due at `now`, including those that callbacks add for `now` or earlier, at most
  // `most` of them. Returns how many ran.
  int RunDue(MonotonicTime now, int most = 1000);

 private:
  using Key = std::pair<MonotonicTime, TimerId>;
  std::map<Key, std::function<void()>> timers_;
  std::unordered_map<TimerId, MonotonicTime> at_;
  TimerId last_ = 0;
};

}  // namespace windlass
