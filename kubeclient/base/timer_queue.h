// Timers of the core thread: callbacks that run at monotonic times. Timers of the same time run in
// the order in which they were added.
//
// A pure data structure: it neither waits nor reads a clock. The daemon's loop sleeps until next()
// and then calls RunDue(now); the simulator moves its virtual clock to next(). Core thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "kubeclient/base/clock.h"

namespace windlass {

using TimerId = uint64_t;  // 0 is no timer's id

class TimerQueue {
 public:
  // Adds a timer: the first RunDue with now >= `at` runs `callback`, once.
  TimerId At(MonotonicTime at, std::function<void()> callback);

  // Removes a timer. Does nothing if `id` is 0, or if the timer has run or was cancelled before.
  void Cancel(TimerId id);

  // Returns the time of the earliest timer, or nullopt when there is none.
  std::optional<MonotonicTime> next() const;
  bool empty() const { return timers_.empty(); }

  // Runs the timers that are due at `now`, at most `most` of them, and returns how many ran. Timers
  // that a callback adds for `now` or earlier are due, too.
  int RunDue(MonotonicTime now, int most = 1000);

 private:
  using Key = std::pair<MonotonicTime, TimerId>;
  std::map<Key, std::function<void()>> timers_;
  std::unordered_map<TimerId, MonotonicTime> at_;
  TimerId last_ = 0;
};

}  // namespace windlass
