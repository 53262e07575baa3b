#include "test/sim/sim_loop.h"

#include <algorithm>

#include "kubeclient/base/assert.h"

namespace windlass::sim {

TimerQueue* SimLoop::NextQueue(MonotonicTime until) {
  TimerQueue* first = nullptr;
  const auto consider = [&](TimerQueue& queue) {
    const auto next = queue.next();
    if (!next || *next > until) return;
    if (first == nullptr || *next < *first->next()) first = &queue;
  };
  consider(timers_);
  for (TimerQueue* queue : attached_) consider(*queue);
  return first;
}

bool SimLoop::Step(MonotonicTime until) {
  TimerQueue* queue = NextQueue(until);
  if (queue == nullptr) return false;
  // A timer that was set for a time in the past runs now.
  const MonotonicTime time = std::max(*queue->next(), clock_.Now());
  at_this_instant_ = time == clock_.Now() ? at_this_instant_ + 1 : 0;
  WL_ASSERT(at_this_instant_ < kTimersPerInstantMax);
  clock_.JumpTo(time);
  queue->RunDue(time, 1);
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
  return NextQueue(MonotonicTime{Duration::max()}) == nullptr;
}

}  // namespace windlass::sim
