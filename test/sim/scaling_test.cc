// Scaling on the simulated cluster, mostly in the middle of a rollout.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim::scaling_test {
namespace {

constexpr Duration kLimit = seconds(1800);  // virtual
constexpr const char* kRevisionKey = "deployment.kubernetes.io/revision";
constexpr const char* kDesiredKey = "deployment.kubernetes.io/desired-replicas";
constexpr const char* kMaxKey = "deployment.kubernetes.io/max-replicas";

Json WithLimits(int replicas, int surge, int unavailable) {
  Json deployment = SampleDeployment("web", replicas, "app:v1");
  deployment["spec"]["strategy"] = {
      {"type", "RollingUpdate"},
      {"rollingUpdate", {{"maxSurge", surge}, {"maxUnavailable", unavailable}}}};
  return deployment;
}

void Complete(World& world) {
  const bool complete = world.RunUntil([&] { return world.IsComplete("web"); }, kLimit);
  INFO(world.Complaints());
  REQUIRE(complete);
  CHECK(world.Complaints().empty());
}

// Returns "8+5": the size of each ReplicaSet with replicas, oldest revision first.
std::string Sizes(World& world) {
  std::string text;
  for (const Object& rs : world.ReplicaSets("web")) {
    const int64_t size = IntAt(*rs, {"spec", "replicas"});
    if (size == 0) continue;
    text += (text.empty() ? "" : "+") + std::to_string(size);
  }
  return text;
}

bool Reaches(World& world, const std::string& sizes) {
  return world.RunUntil([&] { return Sizes(world) == sizes; }, kLimit);
}

Json SizeAndImage(int replicas, const std::string& image) {
  Json patch = {{"spec", {{"replicas", replicas}}}};
  patch["spec"]["template"]["spec"]["containers"] =
      SampleDeployment("web", 1, image)["spec"]["template"]["spec"]["containers"];
  return patch;
}

TEST_CASE("a stuck rollout of ten is scaled to thirty in proportion (E2E-10)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  world.Apply(WithLimits(10, 3, 2));
  Complete(world);
  world.SetImage("web", "app:missing");
  REQUIRE(Reaches(world, "8+5"));
  REQUIRE(world.Quiesce());
  CHECK(Sizes(world) == "8+5");

  world.Scale("web", 30);
  REQUIRE(world.Quiesce());
  CHECK(Sizes(world) == "20+13");
  CHECK(world.Complaints().empty());

  world.Scale("web", 10);
  REQUIRE(world.Quiesce());
  CHECK(Sizes(world) == "10+3");  // not 8+5, as in proportion: the new Pods cannot start (B-12)
  world.SetImage("web", "app:v3");
  Complete(world);
  CHECK(Sizes(world) == "10");
  Proves("E2E-10");
}

TEST_CASE("size and image edited together, up and down, in blocked rollouts (IT-09)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  world.Apply(WithLimits(10, 3, 2));
  Complete(world);
  world.SetImage("web", "app:v2-never-ready");
  REQUIRE(Reaches(world, "8+5"));
  world.Edit("web", SizeAndImage(20, "app:v3"));
  Complete(world);
  CHECK(Sizes(world) == "20");

  world.SetImage("web", "app:v4-never-ready");
  REQUIRE(Reaches(world, "18+5"));
  world.Edit("web", SizeAndImage(5, "app:v5"));
  Complete(world);
  CHECK(Sizes(world) == "5");
  REQUIRE(world.Quiesce());
  const Object newest = world.ReplicaSets("web").back();
  CHECK(AnnotationOf(*newest, kDesiredKey) == "5");
  CHECK(AnnotationOf(*newest, kMaxKey) == "8");
  CHECK(world.Complaints().empty());
  Proves("IT-09");
}

TEST_CASE("a hundred and twenty in mid-rollout, while old Pods terminate slowly (IT-17)") {
  World world(1);
  const WindlassProcess windlass(world);
  Json deployment = WithLimits(100, 20, 0);
  deployment["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v1-slow-stop-60s";
  world.Apply(deployment);
  Complete(world);
  world.SetImage("web", "app:v2-never-ready");
  REQUIRE(Reaches(world, "100+20"));
  world.Scale("web", 120);
  REQUIRE(Reaches(world, "117+23"));
  REQUIRE(world.Quiesce());
  CHECK(Sizes(world) == "117+23");
  for (const Object& rs : world.ReplicaSets("web")) {
    const Json annotations = At(*rs, {"metadata", "annotations"});
    CHECK(annotations == Json{{kDesiredKey, "120"},
                              {kMaxKey, "140"},
                              {kRevisionKey, AnnotationOf(*rs, kRevisionKey)}});
  }
  CHECK(world.Complaints().empty());
  Proves("IT-17");
}

TEST_CASE("a scaling interrupted anywhere ends in the same sizes (B-11)") {
  const FaultKind kind =
      GENERATE(FaultKind::kCrashBefore, FaultKind::kCrashAfter, FaultKind::kReplyLost);
  const uint64_t back = GENERATE(1U, 2U, 3U, 4U);
  const auto run = [](std::optional<Fault> fault, uint64_t* calls_before) {
    World world(1);
    SupervisedWindlass windlass(world, fault);
    world.Apply(WithLimits(10, 3, 2));
    world.RunUntil([&] { return world.IsComplete("web"); }, kLimit);
    world.SetImage("web", "app:missing");
    world.RunUntil([&] { return Sizes(world) == "8+5"; }, kLimit);
    world.Quiesce();
    if (calls_before != nullptr) *calls_before = windlass.calls();
    world.Scale("web", 30);
    world.Quiesce();
    CHECK(world.Complaints().empty());
    CHECK(windlass.struck() == fault.has_value());
    return Sizes(world);
  };
  uint64_t calls = 0;
  REQUIRE(run(std::nullopt, &calls) == "20+13");
  CHECK(run(Fault{calls + back, kind}, nullptr) == "20+13");
  Proves("B-11 D-361");
}

// With maxSurge 3 and maxUnavailable 2, 8 good old Pods remain, and 5 new ones never become ready.
void BreakRollout(World& world) {
  world.Apply(WithLimits(10, 3, 2));
  Complete(world);
  world.SetImage("web", "app:v2-never-ready");
  REQUIRE(Reaches(world, "8+5"));
  REQUIRE(world.Quiesce());
}

TEST_CASE("a stuck rollout that is scaled down keeps the minimum available (B-13)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  BreakRollout(world);
  world.Scale("web", 5);
  REQUIRE(world.Quiesce());
  CHECK(IntAt(*world.Deployment("web"), {"status", "availableReplicas"}) >= 3);
  CHECK(world.Complaints().empty());
  Proves("B-13");
}

TEST_CASE("a broken rollout that is scaled down keeps its good Pods, and goes on (B-12)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  BreakRollout(world);
  world.Scale("web", 6);
  REQUIRE(world.Quiesce());
  CHECK(Sizes(world) == "6+3");
  CHECK(IntAt(*world.Deployment("web"), {"status", "availableReplicas"}) == 6);
  world.SetImage("web", "app:v3");
  Complete(world);
  CHECK(Sizes(world) == "6");
  CHECK(world.Complaints().empty());
  Proves("B-12");
}

}  // namespace
}  // namespace windlass::sim::scaling_test
