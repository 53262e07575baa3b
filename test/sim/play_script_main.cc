// Plays scripts of test/differential to Windlass in the simulator, with Deployments or with
// Rollouts. Prints the states in the format of expected/NAME.txt:
//
//   play_script [--rollout] FILE.script…
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "test/sim/script_player.h"
#include "test/sim/script_run.h"
#include "test/sim/two_kinds.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim {
namespace {

bool Play(const std::filesystem::path& file, bool rollout) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  const Script script = ParseScript(file.stem().string(), text.str());
  World world(1, ScriptWorld());
  const WindlassProcess windlass(world, {}, rollout ? RolloutsAlone() : ProcessControllers());
  const ResourceId kind = rollout ? kRollouts : World::kDeployments;
  for (const auto& step : PlayScript(world, script, kind)) {
    for (const std::string& line : step) std::printf("%s\n", line.c_str());
    std::printf("\n");
  }
  std::printf("%s", world.Complaints().c_str());
  return world.Complaints().empty();
}

}  // namespace
}  // namespace windlass::sim

int main(int argc, char** argv) {
  const bool rollout = argc > 1 && std::string_view(argv[1]) == "--rollout";
  const int first = rollout ? 2 : 1;
  bool good = argc > first;
  try {
    for (int i = first; i < argc; ++i) good = windlass::sim::Play(argv[i], rollout) && good;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    good = false;
  }
  return good ? 0 : 1;
}
