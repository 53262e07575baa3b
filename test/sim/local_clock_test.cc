// Clocks that drift, and processes that are held.
#include <vector>

#include "test/catch.h"
#include "test/sim/sim_loop.h"

namespace windlass::sim::local_clock_test {
namespace {

TEST_CASE("A clock that drifts shows its own time, and is asked for the world's") {
  VirtualClock world;
  const auto drift = GENERATE(-300'000, -7, 0, 13, 200'000);
  const LocalClock clock(world, drift);
  for (const int64_t nanoseconds : {0LL, 1LL, 999'999LL, 1'000'001LL, 86'400'000'000'123LL}) {
    const MonotonicTime local{Duration(nanoseconds)};
    const MonotonicTime at = clock.WorldTimeOf(local);
    CHECK(clock.LocalTimeOf(at) >= local);
    CHECK(clock.LocalTimeOf(at) - local <= Duration(2));
  }
  world.JumpTo(MonotonicTime{seconds(1000)});
  CHECK(clock.Now().since_start == seconds(1000) + milliseconds(1) * drift);
}

TEST_CASE("Timers of a fast machine come early, those of a held process late and in order") {
  SimLoop loop(1);
  LocalClock clock(loop.clock(), 250'000);  // a second of the world is 1.25 s
  TimerQueue timers;
  std::vector<int> ran;
  loop.Attach(timers, &clock);
  timers.At(MonotonicTime{milliseconds(1250)}, [&] { ran.push_back(1); });
  loop.RunFor(milliseconds(999));
  CHECK(ran.empty());
  loop.RunFor(milliseconds(1));
  CHECK(ran == std::vector<int>{1});

  clock.HoldUntil(MonotonicTime{seconds(60)});
  timers.At(MonotonicTime{seconds(20)}, [&] { ran.push_back(3); });
  timers.At(MonotonicTime{seconds(10)}, [&] { ran.push_back(2); });
  loop.RunFor(seconds(58));
  CHECK(ran.size() == 1);
  loop.RunFor(seconds(1));
  CHECK(ran == std::vector<int>{1, 2, 3});
  CHECK(clock.Now().since_start == seconds(75));  // it has run on
  loop.Detach(timers);
}

}  // namespace
}  // namespace windlass::sim::local_clock_test
