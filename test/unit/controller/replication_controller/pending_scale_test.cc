// A scaling is stored in the status, and somebody gives the other controller the size that the
// scaling begins with.
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::pending_scale_test {
namespace {

int32_t SizeOf(World& world, const std::string& name) {
  return world.Controller(name)["spec"]["replicas"];
}

// An update of 4 Pods. When web-2 is about to be scaled from 1 to 2, or has just been scaled, and
// web has 3, somebody scales web to 1.
void Play(World& world, bool is_made) {
  StartUpdate(world, 4, "1s");
  bool scaled = false;
  world.after_write = [&world, scaled, is_made]() mutable {
    if (scaled || !world.Has("web-2") || world.phase() != "Progressing") return;
    if (world.update()["status"].value("newReplicas", 0) != 2) return;
    if (SizeOf(world, "web-2") != (is_made ? 2 : 1)) return;
    REQUIRE(SizeOf(world, "web") == 3);
    world.Scale("web", 1);
    scaled = true;
  };
  world.Run();
}

TEST_CASE("a scaling by somebody else is not taken for the one that is under way") {
  const bool is_made = GENERATE(false, true);
  CAPTURE(is_made);
  World world;
  Play(world, is_made);
  CHECK(world.phase() == "Paused");
  CHECK(world.message() ==
        "another client scaled ReplicationController web from 3 to 1. Scale web back to 3, or set "
        "spec.onExternalScale to Override or Adopt. With Override, Windlass scales it back. With "
        "Adopt, the desired number becomes the sum of the replicas of both controllers");
  CHECK(SizeOf(world, "web") == 1);
  world.Scale("web", 3);
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 4);
  Proves("RC-16");
}

// An autoscaler scales the old controller up, and back, while web-2 is about to get its first Pod.
TEST_CASE("a scaling that is under way waits for Pods of a size that was taken back (I-72)") {
  World world;
  StartUpdate(world, 4, "1s");
  bool scaled = false;
  world.after_write = [&world, scaled]() mutable {
    if (scaled || !world.Has("web-2") || world.update()["status"].value("newReplicas", 0) != 1)
      return;
    REQUIRE(SizeOf(world, "web-2") == 0);
    world.Scale("web", 5);
    scaled = true;
  };
  REQUIRE(world.Run() == "Paused");
  REQUIRE(world.PodsOf("web").size() == 5);

  world.controller_manager_on = false;
  world.Scale("web", 4);
  for (int i = 0; i < 10; ++i) {
    world.Sync();
    world.now = world.now + seconds(1);
  }
  CHECK(SizeOf(world, "web-2") == 0);
  CHECK(world.phase() == "Progressing");
  world.controller_manager_on = true;
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 4);
  Proves("I-72");
}

}  // namespace
}  // namespace windlass::replication_controller::pending_scale_test
