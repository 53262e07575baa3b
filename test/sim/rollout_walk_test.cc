// Random walks over a Rollout (rollout_walk.h). `rollout_walk FIRST LAST` tries more.
#include "test/sim/rollout_walk.h"

#include <cstdint>
#include <string>

#include "test/catch.h"

namespace windlass::sim::rollout_walk_test {
namespace {

using Mode = RolloutWalk::Mode;

struct Total {
  uint64_t held_back = 0;  // writes judged by I-44
  uint64_t promises = 0;   // judged by I-62
  int promoted = 0;
  int restarts = 0;  // in place
  int services = 0;  // judged by I-67
};

Total WalkSeeds(Mode mode, uint64_t first, uint64_t last) {
  Total total;
  for (uint64_t seed = first; seed <= last; ++seed) {
    RolloutWalk walk(seed, mode);
    const std::string wrong = walk.Go();
    if (!wrong.empty()) FAIL_CHECK("seed " << seed << " " << wrong.substr(0, 4000));
    total.held_back += walk.world().invariants().judged_held_back();
    total.promises += walk.world().invariants().judged_promises();
    total.promoted += walk.promoted();
    total.restarts += walk.restarts();
    total.services += walk.judged_services();
  }
  return total;
}

TEST_CASE("Rollouts, random walks over steps, promote and abort (I-43, I-44, I-62…I-66)") {
  const Total total = WalkSeeds(Mode::kReplacing, 1, 25);
  CHECK(total.held_back > 20);
  CHECK(total.promises > 60);
  CHECK(total.promoted > 8);
}

TEST_CASE("Rollouts with Services, random walks (I-67, I-62…I-66)") {
  const Total total = WalkSeeds(Mode::kServices, 1, 15);
  CHECK(total.promoted > 4);
  CHECK(total.services > 100);
}

TEST_CASE("Rollouts in place, random walks over steps, promote and abort (I-44, I-62…I-66)",
          "[in-place]") {
  const Total total = WalkSeeds(Mode::kInPlace, 1, 15);
  CHECK(total.held_back > 5);
  CHECK(total.promises > 5);
  CHECK(total.promoted > 4);
  CHECK(total.restarts > 20);
}

TEST_CASE("Rollouts with steps, the same seed gives the same run (I-42)") {
  const Mode mode = GENERATE(Mode::kReplacing, Mode::kInPlace);
  RolloutWalk one(7, mode);
  RolloutWalk other(7, mode);
  one.Go();
  other.Go();
  CHECK(one.world().trace_hash() == other.world().trace_hash());
  CHECK(one.world().loop().trace().size() > 100);
}

}  // namespace
}  // namespace windlass::sim::rollout_walk_test
