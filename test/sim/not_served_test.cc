// The API server stops to serve the objects of a controller while it leads, as happens when a
// CustomResourceDefinition is deleted. Here Deployments stand for them: lists and watches are
// answered with 404.
#include <string>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim::not_served_test {
namespace {

constexpr Duration kLimit = seconds(600);

struct Fixture {
  Fixture() {
    world.Apply(SampleDeployment("web", 2));
    REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
    REQUIRE(world.Quiesce());
    windlass.network().SetRefused("/deployments?", 404);
    REQUIRE(world.RunUntil([&] { return controller().WaitsForApi(); }, kLimit));
  }

  const DeploymentController& controller() const { return windlass.controller(); }
  size_t ReplicaSets() { return world.api().List(resources::kReplicaSets, "default").size(); }

  World world{1};
  WindlassProcess windlass{world};
};

TEST_CASE_METHOD(Fixture, "objects that are served no more are waited for (R-024)") {
  CHECK_FALSE(controller().HasSynced());
  CHECK(controller().Troubles().size() == 1);
  world.Scale("web", 3);
  world.RunFor(seconds(120));
  CHECK(world.Pods("web").size() == 2);

  windlass.network().SetRefused("");
  REQUIRE(world.RunUntil([&] { return controller().HasSynced(); }, seconds(120)));
  CHECK_FALSE(controller().WaitsForApi());
  CHECK(controller().Troubles().empty());
  CHECK(world.RunUntil([&] { return world.Pods("web").size() == 3; }, kLimit));
  CHECK(world.Complaints().empty());
}

// The watch ended before it told of the deletion, so the cache still has the Deployment.
TEST_CASE_METHOD(Fixture, "nothing is decided about objects that may be gone (R-024)") {
  uint64_t made = 0;
  world.api().store().OnChange([&](const Change& change) {
    if (change.actor == "windlass" && change.key.resource == resources::kReplicaSets) ++made;
  });
  world.Delete("web");
  REQUIRE(world.RunUntil([&] { return ReplicaSets() == 0; }, kLimit));
  world.RunFor(seconds(120));
  CHECK(made == 0);
  CHECK(ReplicaSets() == 0);

  windlass.network().SetRefused("");
  world.Apply(SampleDeployment("web", 1));
  CHECK(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  CHECK(ReplicaSets() == 1);
  CHECK(world.Complaints().empty());
}

TEST_CASE_METHOD(Fixture, "a term that begins meanwhile looks at its objects later (R-024)") {
  windlass.Lead({.barrier = true});
  world.Scale("web", 3);
  world.RunFor(seconds(120));
  CHECK(world.Pods("web").size() == 2);
  windlass.network().SetRefused("");
  CHECK(world.RunUntil([&] { return world.Pods("web").size() == 3; }, kLimit));
  CHECK(world.Complaints().empty());
}

}  // namespace
}  // namespace windlass::sim::not_served_test
