// The spec of an update is edited on the way.
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller {
namespace {

TEST_CASE("another new name counts before the first step") {
  World world;
  world.AddController("web", 2, {{"app", "web"}});
  world.AddUpdate(
      "web", {{"image", "web:2"}, {"newName", "web-2"}, {"updatePeriod", "0s"}, {"paused", true}});
  world.Run();
  REQUIRE(world.phase() == "Paused");
  world.Edit({{"newName", "web-3"}, {"paused", false}});
  world.Run();
  CHECK(world.phase() == "Succeeded");
  CHECK(world.lines()[0] == "Created web-3");
  CHECK(world.PodsOf("web-3").size() == 2);
  CHECK(world.controllers().size() == 1);
  Proves("RC-5");
}

}  // namespace
}  // namespace windlass::replication_controller
