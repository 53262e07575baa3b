// Who owns which ReplicaSet, on the simulated cluster: adoption, release, orphaning.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim::adoption_test {
namespace {

constexpr Duration kLimit = seconds(1800);  // virtual

void Complete(World& world, const std::string& name) {
  const bool complete = world.RunUntil([&] { return world.IsComplete(name); }, kLimit);
  INFO(world.Complaints());
  REQUIRE(complete);
  CHECK(world.Complaints().empty());
}

std::string Uid(const Object& object) { return TextAt(*object, {"metadata", "uid"}); }

// kubectl label --overwrite replicaset <name> app=<app>
void Label(World& world, const std::string& replica_set, const std::string& app) {
  world.Apply({{"apiVersion", "apps/v1"},
               {"kind", "ReplicaSet"},
               {"metadata", {{"name", replica_set}, {"labels", {{"app", app}}}}}});
}

size_t All(World& world) {
  return world.api().List(windlass::resources::kReplicaSets, "default").size();
}

TEST_CASE("ReplicaSets orphaned with their Deployment are adopted by the next one (E2E-07)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 4, "app:v1"));
  Complete(world, "web");
  world.SetImage("web", "app:v2");
  Complete(world, "web");
  const auto before = world.ReplicaSets("web");
  REQUIRE(before.size() == 2);

  world.Delete("web", Propagation::kOrphan);
  REQUIRE(world.Quiesce());
  REQUIRE(world.Deployment("web") == nullptr);
  CHECK(All(world) == 2);  // no controller adopted them (D-112)

  world.Apply(SampleDeployment("web", 4, "app:v2"));
  Complete(world, "web");
  REQUIRE(world.Quiesce());
  const auto after = world.ReplicaSets("web");
  REQUIRE(after.size() == 2);
  CHECK(All(world) == 2);
  CHECK(Uid(after[0]) == Uid(before[0]));
  CHECK(Uid(after[1]) == Uid(before[1]));
  CHECK(IntAt(*after[1], {"spec", "replicas"}) == 4);
  CHECK(world.Complaints().empty());
  Proves("D-016 D-100 D-103 D-112");
}

TEST_CASE("edited labels release a ReplicaSet, restored ones bring it back (IT-14)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 3, "app:v1"));
  Complete(world, "web");
  const std::string name = NameOf(*world.ReplicaSets("web").at(0));

  Label(world, name, "somebody-else");
  REQUIRE(world.RunUntil(
      [&] {
        return world.ReplicaSets("web").size() == 1 && NameOf(*world.ReplicaSets("web")[0]) != name;
      },
      kLimit));
  Complete(world, "web");
  CHECK(All(world) == 2);
  CHECK(IntAt(*world.Deployment("web"), {"status", "collisionCount"}) == 1);

  Label(world, name, "web");
  REQUIRE(world.RunUntil([&] { return world.ReplicaSets("web").size() == 2; }, kLimit));
  REQUIRE(world.Quiesce());
  CHECK(world.IsComplete("web"));
  CHECK(All(world) == 2);
  CHECK(IntAt(*world.Deployment("web"), {"status", "collisionCount"}) == 1);
  CHECK(world.Complaints().empty());
  Proves("D-017 D-100 D-105 D-178");
}

TEST_CASE("a bare ReplicaSet is adopted with its revision (E2E-03, D-108)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  Json bare = SampleReplicaSet("web-bare", 1, "app:v0");
  bare["metadata"]["labels"] = {{"app", "web"}, {"pod", "bare"}};
  bare["metadata"]["annotations"] = {{"deployment.kubernetes.io/revision", "3546343826724305832"}};
  bare["spec"]["selector"]["matchLabels"] = {{"app", "web"}, {"pod", "bare"}};
  bare["spec"]["template"]["metadata"]["labels"] = {{"app", "web"}, {"pod", "bare"}};
  world.Apply(bare);
  world.Apply(SampleDeployment("web", 1, "app:v1"));
  Complete(world, "web");
  REQUIRE(world.Quiesce());
  CHECK(AnnotationOf(*world.Deployment("web"), "deployment.kubernetes.io/revision") ==
        "3546343826724305833");
  const auto sets = world.ReplicaSets("web");
  REQUIRE(sets.size() == 2);
  CHECK(IntAt(*sets[0], {"spec", "replicas"}) == 0);
  CHECK(world.Complaints().empty());
  Proves("D-108 D-109");
}

}  // namespace
}  // namespace windlass::sim::adoption_test
