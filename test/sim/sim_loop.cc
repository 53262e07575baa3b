#include "test/sim/sim_loop.h"

#include <algorithm>

#include "kubeclient/base/assert.h"

namespace windlass::sim {

// Of several timers at the same time the first queue's runs first. A timer that was set for a time
// in the past runs now.
SimLoop::Next SimLoop::NextTimer(MonotonicTime until) {
  Next first;
  const auto consider = [&](const Attached& one) {
    const auto next = one.queue->next();
    if (!next) return;
    MonotonicTime at = *next;
    if (one.clock != nullptr) {
      at = std::max(std::max(one.clock->WorldTimeOf(at), one.clock->held_until()), clock_.Now());
    }
    if (at > until) return;
    if (first.whose.queue == nullptr || at < first.at) first = {one, at};
  };
  consider({&timers_, nullptr});
  for (const Attached& one : attached_) consider(one);
  return first;
}

bool SimLoop::Step(MonotonicTime until) {
  const Next next = NextTimer(until);
  if (next.whose.queue == nullptr) return false;
  const MonotonicTime time = std::max(next.at, clock_.Now());
  at_this_instant_ = time == clock_.Now() ? at_this_instant_ + 1 : 0;
  WL_ASSERT(at_this_instant_ < kTimersPerInstantMax);
  clock_.JumpTo(time);
  const LocalClock* clock = next.whose.clock;
  next.whose.queue->RunDue(clock != nullptr ? clock->Now() : time, 1);
  return true;
}

bool SimLoop::RunUntil(const std::function<bool()>& condition, Duration limit) {
  const MonotonicTime until = clock_.Now() + limit;
  while (!condition()) {
    if (!Step(until)) {
      clock_.JumpTo(std::max(until, clock_.Now()));  // a condition may run the loop itself
      return condition();
    }
  }
  return true;
}

void SimLoop::RunFor(Duration duration) {
  RunUntil([] { return false; }, duration);
}

bool SimLoop::RunToQuiescence(Duration limit) {
  const MonotonicTime until = clock_.Now() + limit;
  while (Step(until)) {
  }
  return NextTimer(MonotonicTime{Duration::max()}).whose.queue == nullptr;
}

}  // namespace windlass::sim
