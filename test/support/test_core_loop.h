// A core thread for tests of things that are driven from outside: inbox, timers and the real clock.
//
//   TestCoreLoop core;
//   REQUIRE(core.RunUntil([&] { return replied; }));
//   core.clock.Skip(seconds(10));  // a deadline passes without anybody waiting for it
//
// Waits for messages, never for time to pass; a condition that does not come true fails after a
// limit that no healthy run gets near.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/inbox.h"
#include "kubeclient/base/timer_queue.h"

namespace windlass {

// The real clock, put forward at will. Thread-safe.
class SkippingClock final : public Clock {
 public:
  MonotonicTime Now() const override { return real_.Now() + skipped_.load(); }
  WallTime Wall() const override {
    return real_.Wall() + std::chrono::duration_cast<seconds>(skipped_.load());
  }
  int64_t WallMicros() const override {
    return real_.WallMicros() +
           std::chrono::duration_cast<std::chrono::microseconds>(skipped_.load()).count();
  }
  void Skip(Duration duration) { skipped_ = skipped_.load() + duration; }

 private:
  SystemClock real_;
  std::atomic<Duration> skipped_ = Duration{0};
};

class TestCoreLoop {
 public:
  SkippingClock clock;
  TimerQueue timers;
  Inbox inbox;

  // Turns the loop until `done` holds; false when `longest` has passed before.
  bool RunUntil(const std::function<bool()>& done, Duration longest = seconds(30)) {
    const SystemClock real;
    const MonotonicTime limit = real.Now() + longest;
    for (;;) {
      Turn();
      if (done()) return true;
      if (real.Now() >= limit) return false;
      // `done` may look at something another thread changes without a message: look again soon.
      Duration wait = milliseconds(5);
      if (const auto next = timers.next()) {
        wait = std::clamp(*next - clock.Now(), Duration{0}, wait);
      }
      inbox.WaitFor(wait);
    }
  }

  // What is there now.
  void Turn() {
    inbox.Drain(64);
    timers.RunDue(clock.Now());
  }
};

}  // namespace windlass
