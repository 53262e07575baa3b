// Random walks with a ReplicaSet controller that lags (I-43). `surge_walk FIRST LAST` tries more.
#include "test/sim/surge_walk.h"

#include "test/catch.h"

namespace windlass::sim::surge_walk_test {
namespace {

TEST_CASE("live Pods stay within maxSurge while the ReplicaSet controller lags (I-43)") {
  uint64_t pods = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SurgeWalk walk(seed);
    const std::string wrong = walk.Go();
    if (!wrong.empty()) FAIL_CHECK("seed " << seed << ": " << wrong);
    pods += walk.world().invariants().judged_pods();
  }
  CHECK(pods > 50);
}

}  // namespace
}  // namespace windlass::sim::surge_walk_test
