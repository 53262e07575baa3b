// Rollouts in place by the production controller, while users do what they do. The invariants judge
// every write.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/sim/in_place_run.h"
#include "test/sim/in_place_words.h"

namespace windlass::sim::in_place_rollout_test {
namespace {

std::string HostOf(const World& world) {
  for (const Object& rs : world.ReplicaSets("web")) {
    if (IntAt(*rs, {"spec", "replicas"}) > 0) return NameOf(*rs);
  }
  return "";
}

void UpdateAll(int replicas, uint64_t seed) {
  InPlaceRun run(seed);
  run.Start(replicas);
  const auto pods = run.Uids();
  const std::string host = HostOf(run.world);
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(pods.size() == static_cast<size_t>(replicas));
  CHECK(run.EachRestarted(1));
  CHECK(HostOf(run.world) == host);
  CHECK(run.Sizes() == "1:0 2:" + std::to_string(replicas));
  CHECK(run.Reason() == "Complete");
}

TEST_CASE("in place, every Pod is restarted once and stays", "[in-place]") {
  UpdateAll(GENERATE(1, 3, 10), GENERATE(1U, 2U, 3U));
}

TEST_CASE("in place, a hundred Pods") { UpdateAll(100, 1); }

TEST_CASE("in place, an undo goes back as it came", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(4);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  REQUIRE(run.world.RolloutUndo("web"));
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(2));
  CHECK(run.Sizes() == "2:0 3:4");
}

TEST_CASE("in place, undone midway only what was patched goes back", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U));
  run.Start(4);
  const auto pods = run.Uids();
  const size_t patched = GENERATE(0U, 1U, 2U, 3U, 4U);
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Until([&] { return run.world.ReplicaSets("web").size() == 2; }));
  REQUIRE(run.UntilPatched("app:v2", patched));
  REQUIRE(run.world.RolloutUndo("web"));
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.PodsOf("app:v1") == 4);
  CHECK(run.RestartsMost() <= 2);
  CHECK(run.in_place.restarts() <= static_cast<int>(2 * patched + 2));
}

TEST_CASE("in place, undone in the middle of the exchange", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(3);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Until([&] { return run.IsExchanging(); }));
  REQUIRE(run.world.RolloutUndo("web", 1));
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.PodsOf("app:v1") == 3);
  CHECK(run.RestartsMost() <= 2);
}

TEST_CASE("in place, a newer template pre-empts at any moment (P-065)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U));
  run.Start(4);
  const auto pods = run.Uids();
  const size_t patched = GENERATE(0U, 1U, 2U, 3U, 4U);
  run.world.SetImage("web", "app:v2-slow-ready-3s");
  REQUIRE(run.UntilPatched("app:v2-slow-ready-3s", patched));
  run.world.SetImage("web", "app:v3");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.PodsOf("app:v3") == 4);
  CHECK(run.RestartsMost() <= 2);
}

TEST_CASE("in place, a newer template in the middle of the exchange", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(3);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Until([&] { return run.IsExchanging(); }));
  run.world.SetImage("web", "app:v3");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(2));
  CHECK(run.Sizes() == "1:0 2:0 3:3");
}

// A rollout in place that is scaled midway (P-070, P-071).
TEST_CASE("in place, scaled midway: what is new is updated, what remains stays", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(4);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.UntilPatched("app:v2", 2));
  const int size = GENERATE(7, 2, 0);
  run.world.Scale("web", size);
  REQUIRE(run.Finish() == "");
  const auto left = run.Uids();
  CHECK(left.size() == static_cast<size_t>(size));
  CHECK(std::ranges::includes(size > 4 ? left : pods, size > 4 ? pods : left));
  CHECK(run.RestartsMost() <= 1);
}

TEST_CASE("in place, paused midway nothing is patched until it is resumed (P-041)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(5);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.UntilPatched("app:v2", 2));
  run.world.Pause("web", true);
  REQUIRE(run.Rest() == "");
  CHECK(run.PodsOf("app:v2") <= 3);
  CHECK(run.Reason() == "Paused");
  run.world.Pause("web", false);
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
}

TEST_CASE("in place, a partition keeps Pods back until it is taken away", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(5, {{"partition", "3"}});
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Rest() == "");
  CHECK(run.PodsOf("app:v2") == 2);
  CHECK(run.Reason() == "Partitioned");
  run.SetOption("partition", "0");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
}

TEST_CASE("in place, a budget of disruptions that allows none is waited for (P-038)",
          "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(3);
  const auto pods = run.Uids();
  Json budget = {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}};
  budget["metadata"]["name"] = "budget";
  budget["spec"] = {{"minAvailable", 3}, {"selector", {{"matchLabels", {{"app", "web"}}}}}};
  run.world.Apply(budget);
  REQUIRE(run.Rest() == "");
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Rest() == "");
  CHECK(run.PodsOf("app:v2") == 0);
  CHECK(run.Reason() == "WaitingForPDB");
  budget["spec"]["minAvailable"] = 2;
  run.world.Apply(budget);
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
}

TEST_CASE("in place, none may be missing: stand-ins take the place (P-024)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  Json deployment = InPlaceDeployment(GENERATE(1, 3), "app:v1");
  deployment["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 1}, {"maxUnavailable", 0}};
  run.Start(deployment);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.UntilPatched("app:v2", 1));
  CHECK(run.Uids().size() == pods.size() + 1);
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
}

}  // namespace
}  // namespace windlass::sim::in_place_rollout_test
