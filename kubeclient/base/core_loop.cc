#include "kubeclient/base/core_loop.h"

#include <algorithm>

namespace windlass {
namespace {

constexpr Duration kLongestSleep = seconds(60);
// A turn this long delays Lease renewals: worth a line in the log.
constexpr Duration kLongTurn = seconds(1);

}  // namespace

CoreLoop::CoreLoop(const Clock& clock, Log& log, Inbox& inbox, TimerQueue& timers)
    : clock_(clock), log_(log), inbox_(inbox), timers_(timers) {}

void CoreLoop::Run(const std::function<bool()>& finished) {
  while (!finished()) {
    const MonotonicTime began = clock_.Now();
    Turn();
    const MonotonicTime ended = clock_.Now();
    if (ended - began > kLongTurn) {
      log_.Warning("a turn of the core loop took long",
                   {{"ms", std::chrono::duration_cast<milliseconds>(ended - began).count()}});
    }
    Duration sleep = kLongestSleep;
    if (const auto next = timers_.next()) sleep = std::min(sleep, *next - ended);
    if (sleep > Duration::zero() && !finished()) inbox_.WaitFor(sleep);
  }
}

void CoreLoop::Turn() {
  inbox_.Drain(kLinesPerTurn);
  timers_.RunDue(clock_.Now());
}

}  // namespace windlass
