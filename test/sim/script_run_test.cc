// What a script explains.
#include "test/sim/script_run.h"

#include <string>
#include <vector>

#include "test/catch.h"

namespace windlass::sim::script_run_test {
namespace {

TEST_CASE("A script may explain a difference of Rollouts alone") {
  const Script script = ParseScript("roll", R"(apply web
differs ^annotation\sweb\snote: both kinds differ
differs[rollout] ^event\sweb\sRolledBack: only a Rollout differs
ready web
)");
  const std::string expected =
      "step 1: apply web\n  + annotation web note=a\nstep 2: ready web\n  - annotation web note\n";
  const std::vector<std::vector<std::string>> steps = {
      {"step 1: apply web", "annotation web note=b", "event web RolledBack"},
      {"step 2: ready web"}};
  CHECK(DifferencesOfScript(script, steps, expected) ==
        "step 1: apply web\n  + event web RolledBack\n");
  CHECK(DifferencesOfScript(script, steps, expected, resources::kRollouts) == "");

  // What explains nothing is told, too.
  std::vector<std::vector<std::string>> equal = steps;
  equal[0].pop_back();
  CHECK(DifferencesOfScript(script, equal, expected) == "");
  CHECK(DifferencesOfScript(script, equal, expected, resources::kRollouts) ==
        "step 1: apply web\n  ? ^event\\sweb\\sRolledBack\n");

  std::vector<std::vector<std::string>> later = steps;
  later[1].push_back("event web RolledBack");
  CHECK(DifferencesOfScript(script, later, expected, resources::kRollouts) ==
        "step 2: ready web\n  + event web RolledBack\n");
}

}  // namespace
}  // namespace windlass::sim::script_run_test
