// Plays scripts of test/differential to Windlass in the simulator, with Deployments or with
// Rollouts, or reads what was recorded in expected/NAME.txt. Prints the whole state after each
// step, with sorted lines:
//
//   play_script [--rollout] FILE.script…
//   play_script --expected FILE.txt…
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "test/sim/script_expected.h"
#include "test/sim/script_player.h"
#include "test/sim/script_run.h"
#include "test/sim/two_kinds.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim {
namespace {

std::string ReadFile(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void Print(std::vector<std::vector<std::string>> steps) {
  for (auto& step : steps) {
    std::sort(step.begin() + 1, step.end());  // the first line is the title
    for (const std::string& line : step) std::printf("%s\n", line.c_str());
    std::printf("\n");
  }
}

bool Play(const std::filesystem::path& file, bool rollout) {
  const Script script = ParseScript(file.stem().string(), ReadFile(file));
  World world(1, ScriptWorld());
  const WindlassProcess windlass(world, {}, rollout ? RolloutsAlone() : ProcessControllers());
  Print(PlayScript(world, script, rollout ? kRollouts : World::kDeployments));
  std::printf("%s", world.Complaints().c_str());
  return world.Complaints().empty();
}

}  // namespace
}  // namespace windlass::sim

int main(int argc, char** argv) {
  const std::string_view option = argc > 1 ? argv[1] : "";
  const bool expected = option == "--expected";
  const bool rollout = option == "--rollout";
  const int first = expected || rollout ? 2 : 1;
  bool good = argc > first;
  try {
    for (int i = first; i < argc; ++i) {
      if (expected) {
        windlass::sim::Print(windlass::sim::ParseExpected(windlass::sim::ReadExpected(argv[i])));
      } else {
        good = windlass::sim::Play(argv[i], rollout) && good;
      }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    good = false;
  }
  return good ? 0 : 1;
}
