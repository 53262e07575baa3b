// Updates in place beside PodDisruptionBudgets and evictions (P-038).
#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/base/random.h"
#include "test/catch.h"
#include "test/sim/budget_invariant.h"
#include "test/sim/eviction.h"
#include "test/sim/in_place_run.h"
#include "test/sim/sample_objects.h"
#include "test/support/draw.h"

namespace windlass::sim::in_place_disruption_test {
namespace {

const StoreKey kBudget{resources::kPodDisruptionBudgets, "default", "web"};

Json BudgetOfWeb(int max_unavailable) {
  Json budget = {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}};
  budget["metadata"]["name"] = "web";
  budget["spec"]["maxUnavailable"] = max_unavailable;
  budget["spec"]["selector"]["matchLabels"]["app"] = "web";
  return budget;
}

// Four Pods that stop slowly. In-place updates may take down two at a time, the budget allows one.
class Race {
 public:
  explicit Race(uint64_t seed) : run(seed), random_(seed) {
    run.Start(4, {{"max-unavailable", "2"}, {"canary-first", "false"}}, "app:v1-slow-stop-3s");
    run.world.Apply(BudgetOfWeb(1));
    run.world.Quiesce();
  }

  // Runs a rollout while a user tries to evict one Pod after the other.
  std::string Go() {
    run.world.SetImage("web", "app:v2-slow-start-1s");
    for (int i = 0; i < 200; ++i) {
      run.world.RunFor(milliseconds(Below(random_, 700)));
      const std::vector<Object> pods = run.world.Pods("web");
      if (pods.empty()) continue;
      const std::string name = NameOf(*pods[Below(random_, static_cast<uint32_t>(pods.size()))]);
      Evict(run.world.api(), "default", name, milliseconds(Below(random_, 50)));
    }
    return run.Finish();
  }

  InPlaceRun run;
  BudgetInvariant budget{run.world};

 private:
  Random random_;
};

TEST_CASE("with Respect they may: nobody tells an eviction of a Pod that restarts", "[in-place]") {
  int broken = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Race race(seed);
    CHECK(race.Go() == "");
    broken += race.budget.Complaints().empty() ? 0 : 1;
  }
  CHECK(broken > 0);
}

TEST_CASE("with Respect and a budget of one, one Pod goes after the other", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(4, {{"pdb", "Respect"}, {"max-unavailable", "3"}});
  run.world.Apply(BudgetOfWeb(1));
  run.world.Quiesce();
  const auto pods = run.Uids();
  BudgetInvariant budget(run.world);
  bool writes_to_it = false;
  run.world.api().store().OnChange([&](const Change& change) {
    writes_to_it = writes_to_it || (change.actor == "windlass" && change.key == kBudget);
  });
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
  CHECK(budget.Complaints() == "");
  CHECK(budget.taken_down() == 4);
  CHECK_FALSE(writes_to_it);
}

// Each patches its first Pod in the same moment, and the budget's status shows neither patch.
TEST_CASE("two workloads that share a budget take down one Pod at a time (P-038)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U, 4U, 5U));
  Json api = SampleDeployment("api", 3, "app:v1");
  api["metadata"]["annotations"]["windlass.dev/in-place"] = "Only";
  api["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 1}, {"maxUnavailable", 1}};
  run.world.Apply(api);
  run.Start(3);
  const auto api_is_complete = [&] { return run.world.IsComplete("api"); };
  REQUIRE(run.Until(api_is_complete));
  Json budget = BudgetOfWeb(1);
  budget["spec"]["selector"] = Json::object();  // selects all Pods
  run.world.Apply(budget);
  run.world.Quiesce();
  BudgetInvariant invariant(run.world);
  run.world.SetImage("web", "app:v2");
  run.world.SetImage("api", "app:v2");
  REQUIRE(run.Until(api_is_complete));
  REQUIRE(run.Finish() == "");
  REQUIRE(run.world.IsComplete("api"));
  CHECK(invariant.Complaints() == "");
  CHECK(invariant.taken_down() == 6);
}

TEST_CASE("in place, a sync takes as many steps as it has Pods to patch", "[in-place]") {
  WorldOptions options;
  options.kubelet.nodes = 40;
  InPlaceRun run(1, options);
  run.Start(40, {{"pdb", GENERATE("Respect", "Ignore")},
                 {"max-unavailable", "40"},
                 {"canary-first", "false"}});
  run.world.Apply(BudgetOfWeb(40));
  run.world.Quiesce();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  CHECK(run.EachRestarted(1));
  CHECK(run.windlass->runtime().counters().internal_errors == 0);
}

TEST_CASE("a budget of none holds up the rollout with any policy but Ignore", "[in-place]") {
  InPlaceRun run(1);
  run.Start(3, {{"pdb", "Respect"}});
  run.world.Apply(BudgetOfWeb(0));
  run.world.Quiesce();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.world.Quiesce());
  CHECK(run.Reason() == "WaitingForPDB");
  CHECK(run.PodsOf("app:v2") == 0);
  run.world.Apply(BudgetOfWeb(1));
  REQUIRE(run.Finish() == "");
  CHECK(run.EachRestarted(1));
}

}  // namespace
}  // namespace windlass::sim::in_place_disruption_test
