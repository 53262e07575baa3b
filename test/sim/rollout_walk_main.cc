// Walks a range of seeds: rollout_walk [--in-place | --services] [--trace] FIRST [LAST]. Prints
// each seed that fails with its deeds, how many seeds broke each invariant, and the number of
// failures. Exits with 1 if a seed fails. For a single seed it also prints the end of the trace,
// and with --trace all of it, after the first rollout.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "test/sim/rollout_walk.h"

namespace windlass::sim {
namespace {

constexpr const char* kInPlaceOption = "--in-place";
constexpr const char* kServicesOption = "--services";
constexpr const char* kTraceOption = "--trace";

struct Options {
  RolloutWalk::Mode mode = RolloutWalk::Mode::kReplacing;
  bool trace = false;
};

int WalkRollouts(uint64_t first, uint64_t last, Options options) {
  uint64_t failed = 0;
  uint64_t judged = 0;
  std::map<std::string, uint64_t> seeds_of;
  for (uint64_t seed = first; seed <= last; ++seed) {
    RolloutWalk walk(seed, options.mode);
    if (options.trace) {
      walk.world().loop().trace().on_fact = [](const std::string& line) {
        std::printf("%s\n", line.c_str());
      };
    }
    const std::string wrong = walk.Go();
    judged += walk.world().invariants().judged_promises();
    if (wrong.empty()) continue;
    ++failed;
    for (const std::string& invariant : walk.Broken()) ++seeds_of[invariant];
    std::printf("seed %s: %s", std::to_string(seed).c_str(), wrong.c_str());
    if (first == last) std::printf("%s\n", walk.world().loop().trace().LastLines().c_str());
    std::fflush(stdout);
  }
  for (const auto& [invariant, seeds] : seeds_of) {
    std::printf("%s: %s seeds\n", invariant.c_str(), std::to_string(seeds).c_str());
  }
  std::printf("%s seeds from %s, %s failed; I-62 judged %s times\n",
              std::to_string(last - first + 1).c_str(), std::to_string(first).c_str(),
              std::to_string(failed).c_str(), std::to_string(judged).c_str());
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace windlass::sim

int main(int argc, char** argv) {
  using windlass::sim::RolloutWalk;
  std::vector<std::string> words(argv + 1, argv + argc);
  windlass::sim::Options options;
  if (std::erase(words, windlass::sim::kInPlaceOption) > 0) {
    options.mode = RolloutWalk::Mode::kInPlace;
  }
  if (std::erase(words, windlass::sim::kServicesOption) > 0) {
    options.mode = RolloutWalk::Mode::kServices;
  }
  options.trace = std::erase(words, windlass::sim::kTraceOption) > 0;
  if (words.empty() || words.size() > 2) {
    std::fprintf(stderr, "usage: rollout_walk [%s | %s] [%s] FIRST [LAST]\n",
                 windlass::sim::kInPlaceOption, windlass::sim::kServicesOption,
                 windlass::sim::kTraceOption);
    return 2;
  }
  try {
    return windlass::sim::WalkRollouts(std::stoull(words.front()), std::stoull(words.back()),
                                       options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rollout_walk: %s\n", error.what());
    return 2;
  }
}
