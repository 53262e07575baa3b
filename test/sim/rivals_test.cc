// What Windlass remembers of a Deployment whose status another controller writes, from the first
// foreign status until the Deployment is deleted (S-017).
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim::rivals_test {
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
  REQUIRE(windlass.controller().rivals() == 0);  // none of Windlass's own writes is remembered
  for (const char* name : {"web", "api"}) WriteForeignStatus(world, name);
  REQUIRE(world.Quiesce());
  CHECK((*world.Deployment("web"))["status"]["replicas"] == 1);  // Windlass repaired it
  CHECK(windlass.controller().rivals() == 2);
  world.Delete("web");
  REQUIRE(world.Quiesce());
  CHECK(windlass.controller().rivals() == 1);
  world.Apply(SampleDeployment("web", 1));  // with another uid
  REQUIRE(world.Quiesce());
  CHECK(windlass.controller().rivals() == 1);
}

}  // namespace
}  // namespace windlass::sim::rivals_test
