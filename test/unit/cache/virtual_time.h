// Virtual time for the tests of this box: a clock that moves only when told, and the timers that
// fire on the way.
#pragma once

#include "kubeclient/base/clock.h"
#include "kubeclient/base/timer_queue.h"

namespace windlass {

class VirtualTime final : public Clock {
 public:
  MonotonicTime Now() const override { return now_; }
  WallTime Wall() const override { return {WallMicros() / 1'000'000}; }
  int64_t WallMicros() const override {
    return 1'767'225'600'000'000 + (now_.since_start + set_).count() / 1000;
  }

  TimerQueue& timers() { return timers_; }

  // Each timer runs at its own time.
  void Advance(Duration by) {
    const MonotonicTime until = now_ + by;
    while (timers_.next() && *timers_.next() <= until) {
      if (*timers_.next() > now_) now_ = *timers_.next();
      timers_.RunDue(now_, 1);
    }
    now_ = until;
  }
  // The machine slept: time passed, and no timer has run yet.
  void Sleep(Duration by) { now_ = now_ + by; }
  // Somebody sets the wall clock.
  void SetWall(Duration by) { set_ += by; }

 private:
  MonotonicTime now_;
  Duration set_{0};
  TimerQueue timers_;
};

}  // namespace windlass
