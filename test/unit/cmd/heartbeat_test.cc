#include "cmd/windlass/heartbeat.h"

#include "test/catch.h"
#include "test/support/manual_clock.h"

namespace windlass::heartbeat_test {
namespace {

TEST_CASE("A process that has not said anything is alive and not ready") {
  const ManualClock clock;
  const Heartbeat heartbeat(clock);
  CHECK(heartbeat.Livez().good);
  CHECK_FALSE(heartbeat.Readyz().good);
  CHECK(heartbeat.Readyz().text == "starting\n");
}

TEST_CASE("Without a beat for 30 s the core loop is stuck (L-013)") {
  ManualClock clock;
  Heartbeat heartbeat(clock);
  heartbeat.Beat({}, {});
  clock.now = clock.now + seconds(30);
  CHECK(heartbeat.Livez().good);
  CHECK(heartbeat.Readyz().good);
  clock.now = clock.now + milliseconds(1);
  CHECK_FALSE(heartbeat.Livez().good);
  CHECK(heartbeat.Livez().text == "Windlass hangs: its core loop has not run for over 30 s\n");
  CHECK_FALSE(heartbeat.Readyz().good);
  heartbeat.Beat({}, {});
  CHECK(heartbeat.Livez().good);
}

TEST_CASE("A leader is dead once its renewal is overdue, also between two beats (L-013)") {
  ManualClock clock;
  Heartbeat heartbeat(clock);
  heartbeat.Beat({}, clock.Now() + seconds(5));
  clock.now = clock.now + milliseconds(4999);
  CHECK(heartbeat.Livez().good);
  clock.now = clock.now + milliseconds(1);
  CHECK_FALSE(heartbeat.Livez().good);
  CHECK(heartbeat.Readyz().text == "Windlass leads, but did not renew its Lease\n");
  heartbeat.Beat({}, {});  // it leads no more
  CHECK(heartbeat.Livez().good);
}

TEST_CASE("What keeps a process from being ready does not make it dead (L-013)") {
  const ManualClock clock;
  Heartbeat heartbeat(clock);
  heartbeat.Beat({{"a reason"}, {"a note"}}, {});
  CHECK(heartbeat.Livez().good);
  CHECK_FALSE(heartbeat.Readyz().good);
  CHECK(heartbeat.Readyz().text == "a reason\nnote: a note\n");
}

}  // namespace
}  // namespace windlass::heartbeat_test
