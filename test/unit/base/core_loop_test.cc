#include "kubeclient/base/core_loop.h"

#include <algorithm>
#include <ctime>

#include "test/catch.h"

namespace windlass::core_loop_test {
namespace {

Duration CpuTime() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

// Uses up this CPU time.
void Work(Duration share) {
  const Duration until = CpuTime() + share;
  while (CpuTime() < until) {
  }
}

struct Fixture {
  SystemClock clock;
  NullLog log;
  Inbox inbox;
  TimerQueue timers;
  CoreLoop loop{clock, log, inbox, timers};
};

TEST_CASE("A timer that is due waits for the CPU share of a turn, and not for all messages") {
  Fixture fixture;
  int handled = 0;
  int before_the_timer = 0;
  for (int i = 0; i < 20; ++i) {
    fixture.inbox.Post([&] {
      Work(kTurnCpuShare / 2);
      ++handled;
    });
  }
  fixture.timers.At({}, [&] { before_the_timer = handled; });
  fixture.loop.Run([&] { return before_the_timer > 0; });
  CHECK(before_the_timer == 2);
  fixture.loop.Run([&] { return handled == 20; });  // the others follow
}

TEST_CASE("The CPU time of each turn is told") {
  Fixture fixture;
  Duration told{0};
  bool handled = false;
  fixture.loop.on_turn = [&](Duration cpu) { told = std::max(told, cpu); };
  fixture.inbox.Post([&] {
    Work(milliseconds(40));
    handled = true;
  });
  fixture.loop.Run([&] { return handled; });
  CHECK(told >= milliseconds(40));
}

}  // namespace
}  // namespace windlass::core_loop_test
