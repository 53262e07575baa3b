#include "kubeclient/client/write_gate.h"

#include "test/catch.h"
#include "test/sim/virtual_clock.h"

namespace windlass {
namespace {

TEST_CASE("The gate is closed at the start and stays open once opened for good") {
  sim::VirtualClock clock;
  WriteGate gate(clock);
  CHECK_FALSE(gate.IsOpen());
  CHECK(gate.TimeLeft(seconds(10)) == Duration{0});
  gate.OpenForGood();
  clock.JumpTo({std::chrono::hours(1000)});
  CHECK(gate.IsOpen());
  CHECK(gate.TimeLeft(seconds(10)) == seconds(10));
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
  WriteGate gate(clock);
  gate.OpenUntil({seconds(10)});
  clock.JumpTo({row.now});
  CAPTURE(row.now.count());
  CHECK(gate.IsOpen() == row.open);
  CHECK(gate.TimeLeft(seconds(5)) == row.left);
}

TEST_CASE("Closing is immediate, and a later permit opens again") {
  sim::VirtualClock clock;
  WriteGate gate(clock);
  gate.OpenUntil({seconds(10)});
  gate.Close();
  CHECK_FALSE(gate.IsOpen());
  gate.OpenUntil({seconds(20)});
  CHECK(gate.IsOpen());
  gate.OpenForGood();
  gate.Close();
  CHECK_FALSE(gate.IsOpen());
}

}  // namespace
}  // namespace windlass
