// The search itself, and the plans that once failed (test/sim/seeds).
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "test/catch.h"
#include "test/sim/search_shrink.h"
#include "test/sim/search_walk.h"

namespace windlass::sim::search_test {
namespace {

constexpr uint64_t kFirst = 1;
constexpr uint64_t kLast = 12;

Plan PlanIn(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  const Result<Plan> plan = ParsePlan(text.str());
  INFO(file);
  REQUIRE(plan.ok());
  return *plan;
}

TEST_CASE("A plan is its text") {
  for (uint64_t seed = kFirst; seed <= kLast; ++seed) {
    const std::string text = TextOf(DrawPlan(seed, seed % 2 == 0));
    const Result<Plan> plan = ParsePlan("# a comment\n" + text);
    REQUIRE(plan.ok());
    CHECK(TextOf(*plan) == text);
  }
  CHECK_FALSE(ParsePlan("seed 1\nwish 2\n").ok());
  CHECK_FALSE(ParsePlan("fault lost many 3\n").ok());
}

TEST_CASE("Seeds differ in their faults, their deeds and their workloads") {
  std::set<std::string> faults;
  std::set<std::string> deeds;
  std::set<std::string> kinds;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    const Plan plan = DrawPlan(seed, seed % 2 == 0);
    for (const PlannedFault& fault : plan.faults) faults.insert(fault.kind);
    for (const PlannedDeed& deed : plan.deeds) deeds.insert(deed.what);
    for (const PlannedWorkload& workload : plan.workloads) kinds.insert(workload.kind);
  }
  CHECK(faults.size() == FaultKinds().size());
  CHECK(kinds.size() == WorkloadKinds().size());
  CHECK(deeds.size() > 25);
}

TEST_CASE("The same plan gives the same walk (I-42)") {
  const uint64_t seed = GENERATE(2U, 3U);
  SearchWalk one(DrawPlan(seed, true), /*traced=*/true);
  SearchWalk other(DrawPlan(seed, true), /*traced=*/true);
  one.Go();
  other.Go();
  CHECK(one.world().trace_hash() == other.world().trace_hash());
  CHECK(one.writes() > 0);
}

// What is left after shrinking is what a made-up fault needs: two deeds of one kind.
TEST_CASE("A plan that fails is made as small as it can be") {
  Plan plan = DrawPlan(3, false);
  plan.deeds.insert(plan.deeds.begin(), 2, {0, "image", 0, 0, 0});
  const auto broken = [](const Plan& tried) -> std::string {
    const auto scales = std::ranges::count_if(
        tried.deeds, [](const PlannedDeed& deed) { return deed.what == "image"; });
    return scales >= 2 ? "I-43" : "";
  };
  REQUIRE(broken(plan) == "I-43");
  const Shrunk shrunk = Shrink(plan, "I-43", broken, [] { return false; });
  CHECK(shrunk.in_time);
  CHECK(shrunk.plan.deeds.size() == 2);
  CHECK(shrunk.plan.faults.empty());
  CHECK(shrunk.plan.workloads.empty());
}

TEST_CASE("Plans that failed once do not fail any more (I-29, I-34, S-012)") {
  for (const auto& entry : std::filesystem::directory_iterator(WINDLASS_SEEDS_DIR)) {
    if (entry.path().extension() != ".txt") continue;
    SearchWalk walk(PlanIn(entry.path()));
    INFO(entry.path());
    CHECK(walk.Go() == "");
  }
}

}  // namespace
}  // namespace windlass::sim::search_test
