// progressDeadlineSeconds on the simulated cluster: only the timer wakes the key.
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim::deadline_test {
namespace {

constexpr Duration kLimit = seconds(1800);  // virtual

Json WithDeadline(int replicas, int deadline, const std::string& image) {
  Json deployment = SampleDeployment("web", replicas, image);
  deployment["spec"]["progressDeadlineSeconds"] = deadline;
  return deployment;
}

std::string Progressing(World& world) {
  for (const Json& condition : At(*world.Deployment("web"), {"status", "conditions"})) {
    if (TextAt(condition, {"type"}) == "Progressing") return TextAt(condition, {"reason"});
  }
  return "";
}

bool Becomes(World& world, const std::string& reason) {
  return world.RunUntil([&] { return Progressing(world) == reason; }, kLimit);
}

TEST_CASE("Pods that are not ready in time, and are in the end (IT-07)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  world.Apply(WithDeadline(3, 3, "app:v1-slow-ready-20s"));
  REQUIRE(Becomes(world, "ProgressDeadlineExceeded"));
  CHECK_FALSE(world.IsComplete("web"));
  REQUIRE(Becomes(world, "NewReplicaSetAvailable"));
  CHECK(world.IsComplete("web"));
  CHECK(world.Complaints().empty());
  Proves("IT-07");
}

TEST_CASE("the verdict comes when the deadline has passed, and only once (D-425, D-440)") {
  World world(1);
  const WindlassProcess windlass(world);
  world.Apply(WithDeadline(3, 120, "app:v1"));
  REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  world.SetImage("web", "app:missing");
  world.RunFor(seconds(115));
  CHECK(Progressing(world) == "ReplicaSetUpdated");
  world.RunFor(seconds(15));
  CHECK(Progressing(world) == "ProgressDeadlineExceeded");
  REQUIRE(world.Quiesce());
  const uint64_t judged = world.invariants().judged();
  world.RunFor(seconds(1200));
  CHECK(world.invariants().judged() == judged);  // no write happened

  REQUIRE(world.RolloutUndo("web"));
  REQUIRE(Becomes(world, "NewReplicaSetAvailable"));
  CHECK(world.Complaints().empty());
}

TEST_CASE("a Pod lost long after the rollout is no failed rollout, and no busy loop (B-07)") {
  World world(1);
  WindlassProcess windlass(world);
  world.Apply(WithDeadline(2, 10, "app:v1-crash-300s"));
  REQUIRE(Becomes(world, "NewReplicaSetAvailable"));
  world.RunFor(seconds(1000));  // both Pods crash and wait in their back-off
  const uint64_t calls = windlass.calls();
  CHECK(Progressing(world) == "NewReplicaSetAvailable");
  world.RunFor(seconds(100));
  CHECK(windlass.calls() < calls + 20);
  Proves("B-07 W-08");
}

TEST_CASE("Recreate is timed while old Pods stop slowly (D-309)") {
  World world(1);
  const WindlassProcess windlass(world);
  Json deployment = WithDeadline(2, 10, "app:v1-slow-stop-60s");
  deployment["spec"]["strategy"] = {{"type", "Recreate"}};
  world.Apply(deployment);
  REQUIRE(Becomes(world, "NewReplicaSetAvailable"));
  world.SetImage("web", "app:v2");
  REQUIRE(Becomes(world, "ProgressDeadlineExceeded"));
  CHECK(world.ReplicaSets("web").size() == 1);
  REQUIRE(Becomes(world, "NewReplicaSetAvailable"));
  CHECK(world.IsComplete("web"));
  CHECK(world.Complaints().empty());
  Proves("D-309");
}

}  // namespace
}  // namespace windlass::sim::deadline_test
