#include "kubeclient/base/timer_queue.h"

#include <vector>

#include "test/catch.h"

namespace windlass::timer_queue_test {
namespace {

MonotonicTime At(int second) { return {seconds(second)}; }

TEST_CASE("timers run in order of time, then of adding") {
  TimerQueue timers;
  std::vector<int> ran;
  timers.At(At(2), [&] { ran.push_back(3); });
  timers.At(At(1), [&] { ran.push_back(1); });
  timers.At(At(1), [&] { ran.push_back(2); });
  CHECK(timers.next() == At(1));
  CHECK(timers.RunDue(At(0)) == 0);
  CHECK(timers.RunDue(At(2)) == 3);
  CHECK(ran == std::vector<int>{1, 2, 3});
  CHECK_FALSE(timers.next().has_value());
}

TEST_CASE("a callback may add a timer that is due at once, and cancel another") {
  TimerQueue timers;
  std::vector<int> ran;
  TimerId victim = 0;
  timers.At(At(1), [&] {
    ran.push_back(1);
    timers.At(At(0), [&] { ran.push_back(2); });
    timers.Cancel(victim);
  });
  victim = timers.At(At(1), [&] { ran.push_back(9); });
  timers.RunDue(At(1));
  CHECK(ran == std::vector<int>{1, 2});
}

TEST_CASE("cancelling nothing, twice, or what has run is harmless") {
  TimerQueue timers;
  timers.Cancel(0);
  const TimerId id = timers.At(At(1), [] {});
  timers.RunDue(At(1));
  timers.Cancel(id);
  timers.Cancel(id);
  CHECK(timers.empty());
}

TEST_CASE("RunDue stops after the given number, so that one turn stays bounded") {
  TimerQueue timers;
  int ran = 0;
  for (int i = 0; i < 5; ++i) timers.At(At(1), [&] { ++ran; });
  CHECK(timers.RunDue(At(1), 3) == 3);
  CHECK(ran == 3);
  CHECK(timers.RunDue(At(1), 3) == 2);
}

}  // namespace
}  // namespace windlass::timer_queue_test
