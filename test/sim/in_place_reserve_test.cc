// Updates in place beside PodDisruptionBudgets and evictions (in-place C.6, P-038).
#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/base/random.h"
#include "test/catch.h"
#include "test/sim/budget_invariant.h"
#include "test/sim/eviction.h"
#include "test/sim/in_place_run.h"
#include "test/support/draw.h"

namespace windlass::sim {
namespace {

const StoreKey kBudget{Resource::kPodDisruptionBudgets, "default", "web"};
constexpr const char* kTraffic = "windlass.dev/traffic";

Json BudgetOfWeb(int max_unavailable) {
  Json budget = {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}};
  budget["metadata"]["name"] = "web";
  budget["spec"]["maxUnavailable"] = max_unavailable;
  budget["spec"]["selector"]["matchLabels"]["app"] = "web";
  return budget;
}

// Four Pods that stop slowly, two of which Windlass might take down, but for a budget of one.
class Race {
 public:
  Race(uint64_t seed, const std::string& policy, bool drained) : run(seed), random_(seed) {
    Annotations options = {{"pdb", policy}, {"max-unavailable", "2"}, {"canary-first", "false"}};
    if (drained) {
      options["drain"] = std::string("Label:") + kTraffic + "=on/off";
      options["drain-seconds"] = "3";
    }
    Json deployment = InPlaceDeployment(4, "app:v1-slow-stop-3s", options);
    deployment["spec"]["template"]["metadata"]["labels"][kTraffic] = "on";
    run.Start(deployment);
    run.world.Apply(BudgetOfWeb(1));
    run.world.Quiesce();
  }

  // A rollout, and somebody who tries to evict one Pod after the other all the time.
  std::string Go() {
    run.world.SetImage("web", "app:v2-slow-start-1s");
    for (int i = 0; i < 200; ++i) {
      run.world.RunFor(milliseconds(Below(random_, 700)));
      const std::vector<Object> pods = run.world.Pods("web");
      if (pods.empty()) continue;
      const std::string name = NameOf(*pods[Below(random_, static_cast<uint32_t>(pods.size()))]);
      evicted += Evict(run.world.api(), "default", name, milliseconds(Below(random_, 50))) ? 1 : 0;
    }
    return run.Finish();
  }

  InPlaceRun run;
  BudgetInvariant budget{run.world, kTraffic, "off"};
  int evicted = 0;

 private:
  Random random_;
};

Json Entries(World& world) { return At(*world.api().Find(kBudget), {"status", "disruptedPods"}); }

TEST_CASE("with Reserve, an eviction and an update in place never take the same room (P-038)",
          "[in-place]") {
  const bool drained = GENERATE(false, true);
  int evicted = 0;
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    Race race(seed, "Reserve", drained);
    CAPTURE(seed, drained);
    CHECK(race.Go() == "");
    CHECK(race.budget.Complaints() == "");
    evicted += race.evicted;
    CHECK(Entries(race.run.world).empty());
    CHECK(race.run.world.disruption_controller().not_deleted() == 0);
  }
  CHECK(evicted > 0);
}

TEST_CASE("with Respect they may: nobody tells an eviction of a Pod that restarts", "[in-place]") {
  int broken = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Race race(seed, "Respect", /*drained=*/false);
    CHECK(race.Go() == "");
    broken += race.budget.Complaints().empty() ? 0 : 1;
  }
  CHECK(broken > 0);
}

TEST_CASE("with Reserve and a budget of one, one Pod goes after the other", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(4, {{"pdb", "Reserve"}, {"max-unavailable", "3"}});
  run.world.Apply(BudgetOfWeb(1));
  run.world.Quiesce();
  const auto pods = run.Uids();
  BudgetInvariant budget(run.world);
  int reserved = 0;
  bool before_its_patch = true;
  run.world.api().store().OnChange([&](const Change& change) {
    if (change.actor != "windlass" || change.before == nullptr || change.after == nullptr) return;
    if (change.key == kBudget) {
      const Json& status = At(*change.after, {"status"});
      reserved += status["disruptedPods"].empty() ? 0 : 1;
    } else if (change.key.resource == Resource::kPods) {
      before_its_patch = before_its_patch && Entries(run.world).contains(change.key.name);
    }
  });
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
  CHECK(budget.Complaints() == "");
  CHECK(budget.taken_down() == 4);
  CHECK(reserved == 4);
  CHECK(before_its_patch);
  CHECK(Entries(run.world).empty());
  CHECK(run.world.disruption_controller().not_deleted() == 0);
}

TEST_CASE("in place, a sync takes as many steps as it has Pods to patch", "[in-place]") {
  WorldOptions options;
  options.kubelet.nodes = 40;
  InPlaceRun run(1, options);
  run.Start(40, {{"pdb", GENERATE("Reserve", "Ignore")},
                 {"max-unavailable", "40"},
                 {"canary-first", "false"}});
  run.world.Apply(BudgetOfWeb(40));
  run.world.Quiesce();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  CHECK(run.EachRestarted(1));
  CHECK(run.windlass->controller().counters().internal_errors == 0);
}

TEST_CASE("a budget of none holds up the rollout with any policy but Ignore", "[in-place]") {
  InPlaceRun run(1);
  run.Start(3, {{"pdb", GENERATE("Respect", "Reserve")}});
  run.world.Apply(BudgetOfWeb(0));
  run.world.Quiesce();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.world.Quiesce());
  CHECK(run.Reason() == "WaitingForPDB");
  CHECK(run.PodsOf("app:v2") == 0);
  run.world.Apply(BudgetOfWeb(1));
  REQUIRE(run.Finish() == "");
  CHECK(run.EachRestarted(1));
  CHECK(Entries(run.world).empty());
}

TEST_CASE("a crash between the reservation and the patch costs two minutes of it", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(3, {{"pdb", "Reserve"}});
  run.world.Apply(BudgetOfWeb(1));
  run.world.Quiesce();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Until([&] { return !Entries(run.world).empty(); }));
  run.windlass.reset();
  run.world.RunFor(seconds(1));
  run.windlass = std::make_unique<WindlassProcess>(run.world);
  REQUIRE(run.Finish() == "");
  CHECK(run.EachRestarted(1));
  CHECK(Entries(run.world).empty());
}

}  // namespace
}  // namespace windlass::sim
