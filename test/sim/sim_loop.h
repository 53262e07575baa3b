// The one loop of a simulated world: it owns virtual time and runs everybody's timers in order.
//
// Nothing happens between two timers, so time jumps from one to the next; a week takes as long as
// its events. Timers due at the same instant run in the order in which they were added, those of
// the world before those of attached queues, attached queues in the order of attaching.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "test/sim/trace.h"
#include "test/sim/virtual_clock.h"

namespace windlass::sim {

class SimLoop {
 public:
  // Timers run at one instant before the loop says that somebody spins (asserted).
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

  // A process brings its own timers, so that they end with it. Detach not from one of their
  // callbacks: a crash is a timer of the world.
  void Attach(TimerQueue& queue) { attached_.push_back(&queue); }
  void Detach(TimerQueue& queue) { std::erase(attached_, &queue); }

  // Runs one timer, if there is one not later than `until`, and sets the clock to its time.
  bool Step(MonotonicTime until);

  // Runs until `condition` holds, looking at it before the first and after every timer; false when
  // `limit` of virtual time went by, or nothing is left to do.
  bool RunUntil(const std::function<bool()>& condition, Duration limit);

  // Lets exactly `duration` go by.
  void RunFor(Duration duration);

  // Runs until no timer is left, or `limit` went by; returns whether none is left.
  bool RunToQuiescence(Duration limit);

 private:
  TimerQueue* NextQueue(MonotonicTime until);

  VirtualClock clock_;
  Random random_;
  TimerQueue timers_;
  std::vector<TimerQueue*> attached_;
  Trace trace_{clock_};
  int at_this_instant_ = 0;
};

}  // namespace windlass::sim
