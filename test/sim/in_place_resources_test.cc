// Rollouts in place of CPU and memory by the production controller, on kubelets that carry a resize
// out, defer it or call it infeasible. The invariants judge every write.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/in_place_run.h"
#include "test/sim/in_place_words.h"

namespace windlass::sim::in_place_resources_test {
namespace {

std::string CpuOf(const Json& pod) {
  return TextAt(ResourcesIn(At(pod, {"spec"}), "web"), {"requests", "cpu"});
}

size_t PodsWith(const World& world, const std::string& cpu) {
  const std::vector<Object> pods = world.Pods("web");
  return static_cast<size_t>(
      std::ranges::count_if(pods, [&](const Object& pod) { return CpuOf(*pod) == cpu; }));
}

// Returns how often containers of the present Pods were started again.
int Starts(InPlaceRun& run) {
  int starts = 0;
  for (const Object& pod : run.world.Pods("web")) {
    const PodTruth* truth = run.world.kubelet().Truth(UidOf(*pod));
    for (const ContainerTruth& one : truth->containers) starts += one.starts - 1;
  }
  return starts;
}

TEST_CASE("in place, another CPU restarts nothing (P-101)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  const int replicas = GENERATE(1, 3, 10);
  run.Start(SizedDeployment(replicas, "500m"));
  const auto pods = run.Uids();
  SetSizes(run.world, "750m");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(PodsWith(run.world, "750m") == static_cast<size_t>(replicas));
  CHECK(Starts(run) == 0);
  CHECK(run.Sizes() == "1:0 2:" + std::to_string(replicas));
  CHECK(run.Reason() == "Complete");
  Proves("P-101 P-102");
}

TEST_CASE("in place, memory that restarts containers keeps the budget (P-103)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(SizedDeployment(4, "500m", {}, /*restarts=*/true));
  const auto pods = run.Uids();
  SetSizes(run.world, "500m", "2Gi");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(Starts(run) == 4);
  Proves("P-103");
}

TEST_CASE("in place, CPU and image together (P-101)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(SizedDeployment(4, "500m", {}, GENERATE(true, false)));
  const auto pods = run.Uids();
  SetSizes(run.world, "750m", "2Gi");
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
  Proves("P-101");
}

TEST_CASE("in place, a resize that is undone midway (P-064)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U));
  run.Start(SizedDeployment(4, "500m", {}, GENERATE(true, false)));
  const auto pods = run.Uids();
  const size_t resized = GENERATE(0U, 1U, 2U, 4U);
  SetSizes(run.world, "750m", "2Gi");
  REQUIRE(run.Until([&] { return run.world.ReplicaSets("web").size() == 2; }));
  REQUIRE(run.Until([&] { return PodsWith(run.world, "750m") >= resized; }));
  REQUIRE(run.world.RolloutUndo("web"));
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(PodsWith(run.world, "500m") == 4);
  Proves("P-064");
}

TEST_CASE("in place, a newer size overtakes (P-065)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U));
  run.Start(SizedDeployment(4, "500m"));
  SetSizes(run.world, "750m");
  const size_t resized = GENERATE(0U, 1U, 3U);
  REQUIRE(run.Until([&] { return PodsWith(run.world, "750m") >= resized; }));
  SetSizes(run.world, "1");
  REQUIRE(run.Finish() == "");
  CHECK(PodsWith(run.world, "1") == 4);
  Proves("P-065");
}

TEST_CASE("in place, a node without room: deferred until another Pod shrinks, or new Pods (P-104)",
          "[in-place]") {
  WorldOptions options;
  options.kubelet.nodes = 1;
  options.kubelet.node_milli_cpu = 2000;
  InPlaceRun run(GENERATE(1U, 2U), options);
  run.Start(SizedDeployment(3, "500m", {{"", "IfPossible"}}));
  SetSizes(run.world, "900m");  // 900 + 500 + 500 fits; the second does not
  REQUIRE(run.Until([&] { return PodsWith(run.world, "900m") >= 2; }));
  const bool gets_room = GENERATE(true, false);
  if (gets_room) {
    run.world.RunFor(seconds(60));
    run.world.Scale("web", 2);
  }
  REQUIRE(run.Until([&] { return run.world.IsComplete("web"); }));
  if (gets_room) CHECK(run.Reason() == "Complete");
  CHECK(PodsWith(run.world, "900m") == run.world.Pods("web").size());
  Proves("P-104");
}

TEST_CASE("in place, a size that no node can give: the Pod fails with Only (P-104)", "[in-place]") {
  WorldOptions options;
  options.kubelet.node_milli_cpu = 2000;
  InPlaceRun run(1, options);
  run.Start(SizedDeployment(3, "500m"));
  const auto pods = run.Uids();
  SetSizes(run.world, "3");
  REQUIRE(run.Until([&] { return run.Reason() == "Failing"; }));
  CHECK(PodsWith(run.world, "3") == 1);
  REQUIRE(run.world.RolloutUndo("web"));
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(PodsWith(run.world, "500m") == 3);
  Proves("P-104");
}

}  // namespace
}  // namespace windlass::sim::in_place_resources_test
