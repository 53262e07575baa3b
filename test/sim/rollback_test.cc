// Rollback by annotation on the simulated cluster (D-460…D-472).
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim::rollback_test {
namespace {

constexpr Duration kLimit = seconds(1800);  // virtual
constexpr const char* kRevision = "deployment.kubernetes.io/revision";
constexpr const char* kRollbackTo = "deprecated.deployment.rollback.to";

void Complete(World& world) {
  const bool complete = world.RunUntil([&] { return world.IsComplete("web"); }, kLimit);
  INFO(world.Complaints());
  REQUIRE(complete);
  REQUIRE(world.Quiesce());
  CHECK(world.Complaints().empty());
}

std::string ImageOf(const Object& object) {
  return (*object)["spec"]["template"]["spec"]["containers"][0]["image"];
}

TEST_CASE("an annotation rolls back: to the last revision, to a given one, to none") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  Json deployment = SampleDeployment("web", 5, "app:v1");
  if (GENERATE(false, true)) deployment["spec"]["strategy"] = {{"type", "Recreate"}};
  world.Apply(deployment);
  Complete(world);
  for (const char* image : {"app:v2", "app:v3"}) {
    world.SetImage("web", image);
    Complete(world);
  }
  const auto roll_back = [&](const std::string& to) {
    world.Annotate("web", kRollbackTo, to);
    REQUIRE(world.RunUntil(
        [&] { return AnnotationOf(*world.Deployment("web"), kRollbackTo).empty(); }, kLimit));
    Complete(world);
    return ImageOf(world.Deployment("web"));
  };
  CHECK(roll_back("0") == "app:v2");
  CHECK(AnnotationOf(*world.Deployment("web"), kRevision) == "4");
  CHECK(roll_back("1") == "app:v1");
  CHECK(AnnotationOf(*world.Deployment("web"), kRevision) == "5");
  CHECK(roll_back("2") == "app:v1");  // revision 2 became 4 in the first rollback (D-162)
  CHECK(AnnotationOf(*world.Deployment("web"), kRevision) == "5");
  CHECK(world.ReplicaSets("web").size() == 3);
  Proves("D-460 D-464 D-468 D-470");
}

}  // namespace
}  // namespace windlass::sim::rollback_test
