// Every script of test/differential, played to Windlass in the simulator: no invariant breaks, and
// after each step the state is what Kubernetes' own controller left behind, where that was
// recorded.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "test/catch.h"
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
  }
}

}  // namespace
}  // namespace windlass::sim
