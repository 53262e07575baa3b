// Plays scripts of test/differential to Windlass in the simulator. Prints the states in the format
// of expected/NAME.txt: play_script FILE.script…
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "test/sim/script_player.h"
#include "test/sim/script_run.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim {
namespace {

bool Play(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  const Script script = ParseScript(file.stem().string(), text.str());
  World world(1, ScriptWorld());
  const WindlassProcess windlass(world);
  for (const auto& step : PlayScript(world, script)) {
    for (const std::string& line : step) std::printf("%s\n", line.c_str());
    std::printf("\n");
  }
  std::printf("%s", world.Complaints().c_str());
  return world.Complaints().empty();
}

}  // namespace
}  // namespace windlass::sim

int main(int argc, char** argv) {
  bool good = argc > 1;
  try {
    for (int i = 1; i < argc; ++i) good = windlass::sim::Play(argv[i]) && good;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    good = false;
  }
  return good ? 0 : 1;
}
