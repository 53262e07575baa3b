// Prints a hash for each of many runs of the simulator. The hash covers every fact of the run with
// its virtual time:
// - requests with their bodies and answers,
// - watch events and changes of objects,
// - log lines with their fields.
//
// Two builds that print the same lines behave the same in these runs. First come the runs with
// Deployments, then the scripts played to Rollouts: "Rollout, NAME".
//
//   trace_hashes SCRIPTS             every run: "HASH FACTS NAME"
//   trace_hashes SCRIPTS NAME        every fact of one run, for diff
//
// SCRIPTS is the folder test/differential/scripts.
#include <cinttypes>
#include <cstdio>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "test/sim/crash_sweep.h"
#include "test/sim/surge_walk.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim {
namespace {

constexpr uint64_t kSeed = 11;
constexpr uint64_t kWalks = 40;
constexpr uint64_t kStruckCall = 12;  // in the middle of most scenarios

// What happens to a scenario: nothing, or one fault, with either successor. So the runs include the
// barrier, the fence and the verification of an uncertain write.
struct Trial {
  const char* name;
  std::optional<FaultKind> fault;
  Successor successor;
};
constexpr Trial kTrials[] = {
    {"", {}, Successor::kRestarted},
    {" | crash", FaultKind::kCrashAfter, Successor::kRestarted},
    {" | standby", FaultKind::kCrashBefore, Successor::kStandby},
    {" | reply lost", FaultKind::kReplyLost, Successor::kRestarted},
};

// Makes all runs, or only the run with the given name.
class Hashes {
 public:
  explicit Hashes(std::string only) : only_(std::move(only)) {}

  bool Wants(const std::string& name) const { return only_.empty() || only_ == name; }

  // Calls `play`, which acts on `world`. Prints the hash of the run, or its facts if the run was
  // named.
  void Run(const std::string& name, World& world, const std::function<void()>& play) {
    if (!only_.empty()) {
      world.loop().trace().on_fact = [](const std::string& line) {
        std::printf("%s\n", line.c_str());
      };
    }
    play();
    const Trace& trace = world.loop().trace();
    if (only_.empty()) {
      std::printf("%016" PRIx64 " %" PRIu64 " %s\n", trace.hash(), trace.size(), name.c_str());
    }
    std::fflush(stdout);
  }

 private:
  std::string only_;
};

void PlayScenario(const CrashScenario& scenario, Hashes& hashes) {
  for (const Trial& trial : kTrials) {
    const std::string name = scenario.name + trial.name;
    if (!hashes.Wants(name)) continue;
    World world(kSeed, scenario.options);
    hashes.Run(name, world, [&] {
      std::optional<Fault> fault;
      if (trial.fault) fault = Fault{kStruckCall, *trial.fault};
      const SupervisedWindlass windlass(world, fault, trial.successor, scenario.controllers);
      scenario.play(world);
    });
  }
}

void Walk(uint64_t seed, Hashes& hashes) {
  const std::string name = "surge walk " + std::to_string(seed);
  if (!hashes.Wants(name)) return;
  SurgeWalk walk(seed);
  hashes.Run(name, walk.world(), [&] { walk.Go(); });
}

}  // namespace
}  // namespace windlass::sim

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: trace_hashes SCRIPTS [NAME]\n");
    return 2;
  }
  try {
    windlass::sim::Hashes hashes(argc == 3 ? argv[2] : "");
    for (const auto& scenario : windlass::sim::CrashScenarios(argv[1])) {
      windlass::sim::PlayScenario(scenario, hashes);
    }
    for (uint64_t seed = 1; seed <= windlass::sim::kWalks; ++seed) {
      windlass::sim::Walk(seed, hashes);
    }
    for (auto& scenario : windlass::sim::RolloutScenarios(argv[1])) {
      scenario.name = "Rollout, " + scenario.name;
      windlass::sim::PlayScenario(scenario, hashes);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "trace_hashes: %s\n", error.what());
    return 2;
  }
  return 0;
}
