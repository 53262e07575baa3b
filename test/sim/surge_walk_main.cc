// Walks a range of seeds: surge_walk [--before-1.36] FIRST [LAST]. Prints each seed that fails with
// its steps, and the number of failures. Exits with 1 if a seed fails. Of a single seed it
// prints every fact. With --before-1.36 the ReplicaSet controller does not wait for its
// own writes.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "test/sim/surge_walk.h"

namespace windlass::sim {
namespace {

constexpr const char* kBefore = "--before-1.36";

int Walk(uint64_t first, uint64_t last, OwnWrites own_writes) {
  uint64_t failed = 0;
  uint64_t pods = 0;
  for (uint64_t seed = first; seed <= last; ++seed) {
    SurgeWalk walk(seed, own_writes);
    if (first == last) {
      walk.world().loop().trace().on_fact = [](const std::string& fact) {
        std::puts(fact.c_str());
      };
    }
    const std::string wrong = walk.Go();
    pods += walk.world().invariants().judged_pods();
    if (wrong.empty()) continue;
    ++failed;
    std::printf("seed %s: %s", std::to_string(seed).c_str(), wrong.c_str());
    std::fflush(stdout);
  }
  std::printf("%s seeds from %s, %s failed; %s Pods judged\n",
              std::to_string(last - first + 1).c_str(), std::to_string(first).c_str(),
              std::to_string(failed).c_str(), std::to_string(pods).c_str());
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace windlass::sim

int main(int argc, char** argv) {
  using windlass::sim::OwnWrites;
  std::vector<std::string> words(argv + 1, argv + argc);
  const bool before = !words.empty() && words.front() == windlass::sim::kBefore;
  if (before) words.erase(words.begin());
  if (words.empty() || words.size() > 2) {
    std::fprintf(stderr, "usage: surge_walk [%s] FIRST [LAST]\n", windlass::sim::kBefore);
    return 2;
  }
  try {
    return windlass::sim::Walk(std::stoull(words.front()), std::stoull(words.back()),
                               before ? OwnWrites::kMayNotSee : OwnWrites::kWaitsForThem);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "surge_walk: %s\n", error.what());
    return 2;
  }
}
