// Writes the Rollouts of test/deploy/rollouts for kubectl: TO/good/NAME.json, TO/bad/NAME.json, and
// for each of the latter TO/bad/NAME.txt, which has the words of its refusal.
//
//   rollout_manifests FROM TO
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "test/sim/rollout_manifests.h"

namespace windlass::sim {
namespace {

void WriteFile(const std::string& name, const std::string& text) {
  std::ofstream file;
  file.exceptions(std::ios::failbit | std::ios::badbit);
  file.open(name);
  file << text << "\n";
  file.close();
}

void WriteRollouts(const std::string& from, const std::string& to) {
  for (const char* kind : {"/good", "/bad"}) std::filesystem::create_directories(to + kind);
  for (const RolloutManifest& good : GoodRollouts(from)) {
    WriteFile(to + "/good/" + good.name + ".json", good.object->dump(1));
  }
  for (const RolloutManifest& bad : BadRollouts(from)) {
    WriteFile(to + "/bad/" + bad.name + ".json", bad.object->dump(1));
    WriteFile(to + "/bad/" + bad.name + ".txt", bad.refusal);
  }
}

}  // namespace
}  // namespace windlass::sim

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: rollout_manifests FROM TO\n");
    return 2;
  }
  try {
    windlass::sim::WriteRollouts(argv[1], argv[2]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
