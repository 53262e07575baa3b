// Plays every script of test/differential to Windlass in the simulator. No invariant may break.
// After each step the state must be what Kubernetes' own controller left behind, if that was
// recorded.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/script_player.h"
#include "test/sim/script_run.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim {
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

TEST_CASE("Every script does to Windlass what it did to Kubernetes' controller") {
  const std::filesystem::path root = WINDLASS_DIFFERENTIAL_DIR;
  for (const Script& script : LoadScripts(root / "scripts")) {
    World world(kSeed, ScriptWorld());
    const WindlassProcess windlass(world);
    const auto steps = PlayScript(world, script);
    INFO(script.name);
    CHECK(world.Complaints() == "");
    const auto file = root / "expected" / (script.name + ".txt");
    if (!std::filesystem::exists(file)) continue;
    CHECK(DifferencesOfScript(script, steps, ReadFile(file)) == "");
    Proves(ProofsOf(ReadFile(root / "scripts" / (script.name + ".script"))));
  }
}

}  // namespace
}  // namespace windlass::sim
