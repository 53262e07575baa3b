// Injects a fault at every call of a scenario, one at a time (I-38).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim {

struct CrashScenario {
  std::string name;
  WorldOptions options;
  std::function<void(World&)> play;  // returns when the world is quiet
  ProcessControllers controllers{};
  int64_t owners = 1;  // that a fault may strike in the middle of a rollout
};

// Makes every step take the same time. Then it does not depend on chance which statuses share one
// write, and the sweep can count what a fault costs.
WorldOptions Steady(WorldOptions options);

// Returns the scenarios of crash_scenarios.cc, whose Pods a kubelet runs, and one for each script.
std::vector<CrashScenario> CrashScenarios(const std::string& scripts);
// Returns a scenario for each script, played to Rollouts under the Rollout controller alone. It has
// the script's name.
std::vector<CrashScenario> RolloutScenarios(const std::string& scripts);

struct SweepReport {
  uint64_t runs = 0;
  uint64_t calls = 0;      // of the run without a fault
  int64_t extra_most = 0;  // the most additional writes of a run with a fault
  std::vector<std::string> differences;
};

// The most additional writes that a fault may cost for each owner. A standby may make kTouchesMax
// more: it touches each ReplicaSet of a rollout under way once (L-012). Statuses in which only
// counters are new are counted apart, and a fault may cost kExtraCountsMax of them.
inline constexpr int64_t kExtraWritesMax = 2;
inline constexpr int64_t kTouchesMax = 2;
inline constexpr int64_t kExtraCountsMax = 8;

// Runs the scenario once without a fault. Then runs it once for each call and kind of fault, or for
// a random one in `one_in` of them. The report names each of these runs that
// - ended in another state than the run without a fault,
// - broke an invariant, or
// - made more additional writes than allowed.
SweepReport Sweep(const CrashScenario& scenario, Successor successor, uint32_t one_in);

}  // namespace windlass::sim
