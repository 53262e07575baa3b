// A core thread for tests of code that other threads drive: inbox, timers and the real clock.
//
//   TestCoreLoop core;
//   REQUIRE(core.RunUntil([&] { return replied; }));
//   core.clock.Skip(seconds(10));  // a deadline passes without a wait
//
// The loop waits for messages, never for time to pass. A condition that stays false fails after a
// limit that no healthy run comes near.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/inbox.h"
#include "kubeclient/base/timer_queue.h"

namespace windlass {

// The real clock, which a test can set forward. Thread-safe.
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

  // Runs the loop until `done` returns true. Returns false when `longest` has passed.
  bool RunUntil(const std::function<bool()>& done, Duration longest = seconds(30)) {
    const SystemClock real;
    const MonotonicTime limit = real.Now() + longest;
    for (;;) {
      Turn();
      if (done()) return true;
      if (real.Now() >= limit) return false;
      // Another thread may change what `done` reads without a message, so check it again soon.
      Duration wait = milliseconds(5);
      if (const auto next = timers.next()) {
        wait = std::clamp(*next - clock.Now(), Duration{0}, wait);
      }
      inbox.WaitFor(wait);
    }
  }

  // Handles what is due now.
  void Turn() {
    inbox.Drain(64);
    timers.RunDue(clock.Now());
  }
};

}  // namespace windlass
