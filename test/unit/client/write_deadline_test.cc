#include "kubeclient/client/write_deadline.h"

#include "test/catch.h"
#include "test/sim/virtual_clock.h"

namespace windlass::write_deadline_test {
namespace {

TEST_CASE("Writes are forbidden at the start, and stay allowed once allowed for good") {
  sim::VirtualClock clock;
  WriteDeadline write_deadline(clock);
  CHECK_FALSE(write_deadline.Allows());
  CHECK(write_deadline.TimeLeft(seconds(10)) == Duration{0});
  write_deadline.AllowForGood();
  clock.JumpTo({std::chrono::hours(1000)});
  CHECK(write_deadline.Allows());
  CHECK(write_deadline.TimeLeft(seconds(10)) == seconds(10));
}

TEST_CASE("A permit ends a margin early by itself, and a write gets what is left of it (L-004)") {
  struct Row {
    Duration now;
    bool open;
    Duration left;
  };
  const Row row = GENERATE(values<Row>({
      {seconds(0), true, seconds(5)},
      {seconds(4), true, seconds(5)},
      {seconds(6), true, seconds(4)},
      {milliseconds(9749), true, milliseconds(251)},
      {milliseconds(9750), false, milliseconds(250)},
      {seconds(10), false, seconds(0)},
      {seconds(11), false, seconds(0)},
  }));
  sim::VirtualClock clock;
  WriteDeadline write_deadline(clock);
  write_deadline.AllowUntil({seconds(10)});
  clock.JumpTo({row.now});
  CAPTURE(row.now.count());
  CHECK(write_deadline.Allows() == row.open);
  CHECK(write_deadline.TimeLeft(seconds(5)) == row.left);
}

TEST_CASE("Forbidding is immediate, and a later permit allows again (L-004)") {
  sim::VirtualClock clock;
  WriteDeadline write_deadline(clock);
  write_deadline.AllowUntil({seconds(10)});
  write_deadline.Forbid();
  CHECK_FALSE(write_deadline.Allows());
  write_deadline.AllowUntil({seconds(20)});
  CHECK(write_deadline.Allows());
  write_deadline.AllowForGood();
  write_deadline.Forbid();
  CHECK_FALSE(write_deadline.Allows());
}

}  // namespace
}  // namespace windlass::write_deadline_test
