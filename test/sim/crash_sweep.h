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
  std::function<void(World&)> play;  // returns when all is quiet
};

// Returns the scenarios of this file, whose Pods a kubelet runs, and one for each script.
std::vector<CrashScenario> CrashScenarios(const std::string& scripts);

struct SweepReport {
  uint64_t runs = 0;
  uint64_t calls = 0;      // of the run without a fault
  int64_t extra_most = 0;  // writes more than in the run without a fault
  std::vector<std::string> differences;
};

// How many additional writes a fault may cost. A standby also touches each ReplicaSet of a rollout
// under way once (L-012).
inline constexpr int64_t kExtraWritesMax = 2;
inline constexpr int64_t kTouchesMax = 2;

// Runs the scenario once without a fault, then once for each call and kind of fault, or for a
// random choice of one in `one_in` of them. Each run must end in the same state, break no invariant
// and write hardly more.
SweepReport Sweep(const CrashScenario& scenario, Successor successor, uint32_t one_in);

}  // namespace windlass::sim
