// The one loop of a simulated world: it owns virtual time and runs all timers in order.
//
// Nothing happens between two timers, so time jumps from one to the next; a week takes as long as
// its events. Timers due at the same instant run in the order in which they were added: those of
// the world first, then those of attached queues in the order of attaching.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "test/sim/local_clock.h"
#include "test/sim/trace.h"
#include "test/sim/virtual_clock.h"

namespace windlass::sim {

class SimLoop {
 public:
  // The most timers at one instant. With more, an assertion fails: a component spins.
  static constexpr int kTimersPerInstantMax = 1'000'000;

  explicit SimLoop(uint64_t seed) : random_(seed) {}
  SimLoop(const SimLoop&) = delete;
  SimLoop& operator=(const SimLoop&) = delete;

  VirtualClock& clock() { return clock_; }
  TimerQueue& timers() { return timers_; }
  Random& random() { return random_; }  // of the environment; a process has its own
  Trace& trace() { return trace_; }
  const Trace& trace() const { return trace_; }

  TimerId After(Duration delay, std::function<void()> callback) {
    return timers_.At(clock_.Now() + delay, std::move(callback));
  }

  // A process brings its own timers, so that they end with it. Do not call Detach from one of their
  // callbacks: a crash is a timer of the world.
  // `clock`: whose times the timers have; null: the world's. Both must outlive Detach.
  void Attach(TimerQueue& queue, const LocalClock* clock = nullptr) {
    attached_.push_back({&queue, clock});
  }
  void Detach(TimerQueue& queue) {
    std::erase_if(attached_, [&](const Attached& one) { return one.queue == &queue; });
  }

  // Runs one timer not later than `until`, if there is one, and sets the clock to its time.
  bool Step(MonotonicTime until);

  // Runs until `condition` returns true. Checks it before the first and after every timer. Returns
  // false when `limit` of virtual time has passed, or no timer is left.
  bool RunUntil(const std::function<bool()>& condition, Duration limit);

  // Advances virtual time by exactly `duration`.
  void RunFor(Duration duration);

  // Runs until no timer is left, or `limit` has passed. Returns true if none is left.
  bool RunToQuiescence(Duration limit);

 private:
  struct Attached {
    TimerQueue* queue = nullptr;
    const LocalClock* clock = nullptr;
  };
  struct Next {
    Attached whose;  // of no queue if there is no timer
    MonotonicTime at;
  };
  Next NextTimer(MonotonicTime until);

  VirtualClock clock_;
  Random random_;
  TimerQueue timers_;
  std::vector<Attached> attached_;
  Trace trace_{clock_};
  int at_this_instant_ = 0;
};

}  // namespace windlass::sim
