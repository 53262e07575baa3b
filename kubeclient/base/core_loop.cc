#include "kubeclient/base/core_loop.h"

#include <algorithm>
#include <ctime>

namespace windlass {
namespace {

constexpr Duration kLongestSleep = seconds(60);
// CoreLoop::Run logs every turn that takes longer than this, because such a turn delays Lease
// renewals.
constexpr Duration kLongTurn = seconds(1);

// Returns the CPU time that this thread has used.
Duration ThreadCpuTime() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

int64_t Milliseconds(Duration duration) {
  return std::chrono::duration_cast<milliseconds>(duration).count();
}

}  // namespace

CoreLoop::CoreLoop(const Clock& clock, Log& log, Inbox& inbox, TimerQueue& timers)
    : clock_(clock), log_(log), inbox_(inbox), timers_(timers) {}

void CoreLoop::Run(const std::function<bool()>& finished) {
  while (!finished()) {
    const MonotonicTime began = clock_.Now();
    const Duration cpu_at_start = ThreadCpuTime();
    Turn(cpu_at_start);
    const Duration cpu = ThreadCpuTime() - cpu_at_start;
    const MonotonicTime ended = clock_.Now();
    if (on_turn) on_turn(cpu);
    if (ended - began > kLongTurn) {
      log_.Warning("a turn of the core loop took long",
                   {{"ms", Milliseconds(ended - began)}, {"cpu_ms", Milliseconds(cpu)}});
    }
    Duration sleep = kLongestSleep;
    if (const auto next = timers_.next()) sleep = std::min(sleep, *next - ended);
    if (sleep > Duration::zero() && !finished()) inbox_.WaitFor(sleep);
  }
}

void CoreLoop::Turn(Duration cpu_at_start) {
  for (int handled = 0; handled < kMessagesPerTurn; ++handled) {
    if (inbox_.Drain(1) == 0 || ThreadCpuTime() - cpu_at_start >= kTurnCpuShare) break;
  }
  timers_.RunDue(clock_.Now());
}

}  // namespace windlass
