#include "test/sim/sim_loop.h"

#include <string>

#include "test/catch.h"

namespace windlass::sim::sim_loop_test {
namespace {

TEST_CASE("Time jumps from timer to timer, in order") {
  SimLoop loop(1);
  std::string order;
  const auto note = [&](const char* what) {
    return [&, what] {
      order += what + std::to_string(loop.clock().Now().since_start / seconds(1)) + " ";
    };
  };
  loop.After(seconds(3), note("c"));
  loop.After(seconds(1), note("a"));
  loop.After(seconds(1), note("b"));
  loop.RunFor(seconds(2));
  CHECK(order == "a1 b1 ");
  CHECK(loop.clock().Now() == MonotonicTime{seconds(2)});
  CHECK(loop.RunToQuiescence(seconds(10)));
  CHECK(order == "a1 b1 c3 ");
}

TEST_CASE("A condition stops the run at the instant it holds") {
  SimLoop loop(1);
  int ran = 0;
  for (int i = 1; i <= 5; ++i) loop.After(seconds(i), [&] { ++ran; });
  CHECK(loop.RunUntil([&] { return ran == 2; }, seconds(60)));
  CHECK(loop.clock().Now() == MonotonicTime{seconds(2)});
  CHECK_FALSE(loop.RunUntil([&] { return ran == 9; }, seconds(60)));
  CHECK(loop.clock().Now() == MonotonicTime{seconds(62)});
}

TEST_CASE("A process's timers run with the world's, and end with it") {
  SimLoop loop(1);
  std::string order;
  {
    TimerQueue process;
    loop.Attach(process);
    process.At(MonotonicTime{seconds(1)}, [&] { order += "process "; });
    process.At(MonotonicTime{seconds(9)}, [&] { order += "never "; });
    loop.After(seconds(1), [&] { order += "world "; });
    loop.RunFor(seconds(2));
    loop.Detach(process);
  }
  loop.RunFor(seconds(60));
  CHECK(order == "world process ");
}

TEST_CASE("A timer set for the past runs now") {
  SimLoop loop(1);
  loop.RunFor(seconds(5));
  bool ran = false;
  loop.timers().At(MonotonicTime{seconds(1)}, [&] { ran = true; });
  loop.RunFor(Duration(0));
  CHECK(ran);
  CHECK(loop.clock().Now() == MonotonicTime{seconds(5)});
}

TEST_CASE("Wall time can be set; monotonic time does not notice") {
  SimLoop loop(1);
  const WallTime before = loop.clock().Wall();
  loop.clock().SetWallOffset(seconds(-3600));
  CHECK(loop.clock().Wall() == before + seconds(-3600));
  loop.RunFor(milliseconds(1500));
  CHECK(loop.clock().Wall() == before + seconds(-3599));
  CHECK(loop.clock().Now() == MonotonicTime{milliseconds(1500)});
}

TEST_CASE("A trace's hash covers time, kind and detail") {
  const auto hash = [](Duration at, const char* what, const char* detail) {
    SimLoop loop(1);
    loop.RunFor(at);
    loop.trace().Note(what, detail);
    return loop.trace().hash();
  };
  const uint64_t one = hash(seconds(1), "GET", "x");
  CHECK(one == hash(seconds(1), "GET", "x"));
  CHECK(one != hash(seconds(2), "GET", "x"));
  CHECK(one != hash(seconds(1), "PUT", "x"));
  CHECK(one != hash(seconds(1), "GET", "y"));
}

}  // namespace
}  // namespace windlass::sim::sim_loop_test
