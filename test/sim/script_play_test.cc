// Plays every script of test/differential to Windlass in the simulator: to a Deployment, and to a
// Rollout with the same spec. No invariant may break. After each step the state must be what
// Kubernetes' own controller left behind with a Deployment, if that was recorded.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/script_expected.h"
#include "test/sim/script_player.h"
#include "test/sim/script_run.h"
#include "test/sim/two_kinds.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim::script_play_test {
namespace {

constexpr uint64_t kSeed = 17;

std::string ReadFile(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Returns the lines of a script that name the rules it proves: "# proves: IT-05 D-066".
std::string ProofsOf(const std::string& script) {
  std::istringstream lines(script);
  std::string proofs;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# proves:")) proofs += line + "\n";
  }
  return proofs;
}

// Returns true if the script was compared with what Kubernetes' controller left behind.
bool Compare(const Script& script, World::Kind kind, ProcessControllers controllers) {
  World world(kSeed, ScriptWorld());
  const WindlassProcess windlass(world, {}, std::move(controllers));
  const auto steps = PlayScript(world, script, kind);
  INFO(script.name);
  CHECK(world.Complaints() == "");
  const std::filesystem::path root = WINDLASS_DIFFERENTIAL_DIR;
  const auto file = root / "expected" / (script.name + ".txt");
  if (!std::filesystem::exists(file)) return false;
  CHECK(DifferencesOfScript(script, steps, ReadExpected(file), kind) == "");
  return true;
}

TEST_CASE("Every script does to Windlass what it did to Kubernetes' controller") {
  const std::filesystem::path scripts = WINDLASS_DIFFERENTIAL_DIR "/scripts";
  for (const Script& script : LoadScripts(scripts)) {
    if (!Compare(script, World::kDeployments, {})) continue;
    Proves(ProofsOf(ReadFile(scripts / (script.name + ".script"))));
  }
}

// Where a Rollout differs on purpose, the script says so: "differs[rollout] PATTERN: WHY".
TEST_CASE("Every script does to a Rollout what it did to a Deployment") {
  size_t compared = 0;
  for (const Script& script : LoadScripts(WINDLASS_DIFFERENTIAL_DIR "/scripts")) {
    compared += Compare(script, kRollouts, RolloutsAlone()) ? 1 : 0;
  }
  CHECK(compared > 80);
}

}  // namespace
}  // namespace windlass::sim::script_play_test
