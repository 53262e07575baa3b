// A crash at any point of a scenario equals a restart, and so does a reply that never comes (I-38).
// Each call of a scenario has three runs:
// - the process dies before the server sees the call,
// - the process dies after the call took effect,
// - only the answer is lost.
//
// After a crash the process starts anew, or a standby takes over from a cache that lags. Each run
// must end in the state of the run without a fault, break no invariant, and make at most two
// additional writes. A standby may also touch each ReplicaSet once.
#include <algorithm>
#include <string>

#include "test/catch.h"
#include "test/sim/crash_sweep.h"

namespace windlass::sim::crash_test {
namespace {

struct Total {
  size_t scenarios = 0;
  uint64_t runs = 0;
  size_t differences = 0;
  int64_t extra_most = 0;
};

Total SweepAll(Successor successor, uint32_t one_in) {
  Total total;
  for (const CrashScenario& scenario : CrashScenarios(WINDLASS_DIFFERENTIAL_DIR "/scripts")) {
    const SweepReport report = Sweep(scenario, successor, one_in);
    CHECK(report.calls > 5);
    for (const std::string& difference : report.differences) FAIL_CHECK(difference);
    ++total.scenarios;
    total.runs += report.runs;
    total.differences += report.differences.size();
    total.extra_most = std::max(total.extra_most, report.extra_most);
  }
  return total;
}

// The default run tries one in this many of the faults.
constexpr uint32_t kOneIn = 32;

TEST_CASE("a crash or a lost reply at any call changes nothing in the end (I-38)") {
  CHECK(SweepAll(Successor::kRestarted, kOneIn).runs > 0);
  CHECK(SweepAll(Successor::kStandby, 2 * kOneIn).runs > 0);
}

TEST_CASE("a crash or a lost reply at every call", "[.sweep]") {
  const Successor successor = GENERATE(Successor::kRestarted, Successor::kStandby);
  const Total total = SweepAll(successor, 1);
  WARN((successor == Successor::kStandby ? "standby: " : "restarted: ")
       << total.scenarios << " scenarios, " << total.runs << " runs, " << total.differences
       << " differ, at most " << total.extra_most << " writes more");
}

}  // namespace
}  // namespace windlass::sim::crash_test
