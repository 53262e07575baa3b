// What is remembered of a Deployment whose status somebody else writes, from its first foreign
// status to its deletion (S-017).
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim {
namespace {

void WriteForeignStatus(World& world, const std::string& name) {
  world.api().Update("somebody", {resources::kDeployments, "default", name}, "status",
                     [](Json& deployment) { deployment["status"]["replicas"] = 7; });
}

TEST_CASE("A Deployment whose status somebody else writes is forgotten when it is deleted") {
  World world(1);
  for (const char* name : {"web", "api"}) world.Apply(SampleDeployment(name, 1));
  WindlassProcess windlass(world);
  REQUIRE(world.Quiesce());
  REQUIRE(windlass.controller().rivals() == 0);  // none of its own writes is kept
  for (const char* name : {"web", "api"}) WriteForeignStatus(world, name);
  REQUIRE(world.Quiesce());
  CHECK((*world.Deployment("web"))["status"]["replicas"] == 1);  // repaired
  CHECK(windlass.controller().rivals() == 2);
  world.Delete("web");
  REQUIRE(world.Quiesce());
  CHECK(windlass.controller().rivals() == 1);
  world.Apply(SampleDeployment("web", 1));  // with another uid
  REQUIRE(world.Quiesce());
  CHECK(windlass.controller().rivals() == 1);
}

}  // namespace
}  // namespace windlass::sim
