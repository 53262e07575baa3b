// Pausing and resuming on the simulated cluster.
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim::pause_test {
namespace {

constexpr Duration kLimit = seconds(1800);  // virtual
constexpr const char* kRevisionKey = "deployment.kubernetes.io/revision";

bool IsObserved(World& world) {
  const Object deployment = world.Deployment("web");
  return IntAt(*deployment, {"status", "observedGeneration"}) ==
         IntAt(*deployment, {"metadata", "generation"});
}

void Complete(World& world) {
  const bool complete = world.RunUntil([&] { return world.IsComplete("web"); }, kLimit);
  INFO(world.Complaints());
  REQUIRE(complete);
  CHECK(world.Complaints().empty());
}

std::string Sizes(World& world) {
  std::string text;
  for (const Object& rs : world.ReplicaSets("web")) {
    text += (text.empty() ? "" : " ") + std::to_string(IntAt(*rs, {"spec", "replicas"}));
  }
  return text;
}

TEST_CASE("paused from birth, resumed, and paused with another template (IT-04)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  Json deployment = SampleDeployment("web", 3, "app:v1");
  deployment["spec"]["paused"] = true;
  world.Apply(deployment);
  REQUIRE(world.RunUntil([&] { return IsObserved(world); }, kLimit));
  REQUIRE(world.Quiesce());
  CHECK(world.ReplicaSets("web").empty());

  world.Pause("web", false);
  Complete(world);
  CHECK(AnnotationOf(*world.Deployment("web"), kRevisionKey) == "1");

  world.Pause("web", true);
  world.SetImage("web", "app:v2");
  REQUIRE(world.RunUntil([&] { return IsObserved(world); }, kLimit));
  REQUIRE(world.Quiesce());
  CHECK(Sizes(world) == "3");
  CHECK(world.Complaints().empty());
  Proves("IT-04");
}

TEST_CASE("a paused Deployment is scaled before its generation is observed (IT-05)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 1, "app:v1"));
  Complete(world);
  world.Pause("web", true);
  REQUIRE(world.RunUntil([&] { return IsObserved(world); }, kLimit));
  world.Scale("web", 10);
  REQUIRE(world.RunUntil([&] { return IsObserved(world); }, kLimit));
  CHECK(Sizes(world) == "10");
  Complete(world);
  Proves("IT-05");
}

TEST_CASE("a rollout paused on its way stays where it is, and goes on (D-063, D-359)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 10, "app:v1"));
  Complete(world);
  world.SetImage("web", "app:v2-slow-ready-30s");
  REQUIRE(world.RunUntil([&] { return world.ReplicaSets("web").size() == 2; }, kLimit));
  world.Pause("web", true);
  REQUIRE(world.Quiesce(seconds(60)));
  const std::string paused_at = Sizes(world);
  world.RunFor(seconds(3600));
  CHECK(Sizes(world) == paused_at);
  CHECK(world.ReplicaSets("web").size() == 2);
  world.Pause("web", false);
  Complete(world);
  CHECK(Sizes(world) == "0 10");
}

}  // namespace
}  // namespace windlass::sim::pause_test
