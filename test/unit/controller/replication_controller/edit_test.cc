// The spec of an update is edited on the way.
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::edit_test {
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

json ImageOf(World& world, const std::string& name) {
  return world.Controller(name)["spec"]["template"]["spec"]["containers"][0]["image"];
}

// The image is edited after each write. Wherever that is, the old image never counts as a success.
TEST_CASE("an image that is edited on the way is refused, or rolled out afterwards") {
  int refused = 0;
  int succeeded = 0;
  for (int call = 0; call < 60; ++call) {
    CAPTURE(call);
    World world;
    world.AddController("web", 2, {{"app", "web"}});
    world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}});
    bool edited = false;
    world.after_write = [&] {
      if (edited || static_cast<int>(world.writes().size()) <= call) return;
      edited = true;
      world.Edit({{"image", "web:3"}});
    };
    world.Run();
    if (!edited) break;
    if (world.phase() == "Succeeded") {
      ++succeeded;
      CHECK(ImageOf(world, "web") == "web:3");
    } else {
      ++refused;
      CHECK(world.phase() == "Failed");
      CHECK(world.reason() == "OtherImage");
      CHECK(world.message().starts_with("Found existing in-progress update to image (web:2)."));
      world.Edit({{"image", "web:2"}});
      world.Run();
      CHECK(world.phase() == "Succeeded");
      CHECK(ImageOf(world, "web") == "web:2");
    }
    CHECK(world.PodsOf("web").size() == 2);
    CHECK(world.Pods().size() == 2);
  }
  CHECK(refused > 8);
  CHECK(succeeded > 4);
  Proves("RC-5");
}

TEST_CASE("a new controller that is edited on the way is refused until it is changed back") {
  const json file = {{"spec",
                      {{"selector", {{"app", "web"}, {"version", "2"}}},
                       {"template",
                        {{"metadata", {{"labels", {{"app", "web"}, {"version", "2"}}}}},
                         {"spec", {{"containers", json::array({{{"name", "web"}}})}}}}}}}};
  World world;
  world.AddController("web", 3, {{"app", "web"}, {"version", "1"}});
  world.AddUpdate("web", {{"newName", "web-2"}, {"controller", file}, {"updatePeriod", "0s"}});
  for (int i = 0; i < 100 && world.lines().size() < 4; ++i) {
    world.Sync();
    world.Settle();
  }
  world.Edit({{"controller", {{"spec", {{"replicas", 7}}}}}});
  world.Run();
  CHECK(world.phase() == "Failed");
  CHECK(world.reason() == "OtherContent");
  world.Edit({{"timeout", "6m"}});  // another edit does not make it right
  world.Run();
  CHECK(world.reason() == "OtherContent");
  world.Edit({{"controller", {{"spec", {{"replicas", nullptr}}}}}});
  world.Run();
  CHECK(world.phase() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 3);
  Proves("RC-5");
}

}  // namespace
}  // namespace windlass::replication_controller::edit_test
