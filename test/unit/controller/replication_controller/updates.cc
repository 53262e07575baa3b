#include "test/unit/controller/replication_controller/updates.h"

#include "test/catch.h"

namespace windlass::replication_controller {

void StartUpdate(World& world, int32_t replicas, const std::string& update_period,
                 const json& more) {
  world.AddController("web", replicas, {{"app", "web"}, {"version", "1"}});
  json spec = {{"newName", "web-2"}, {"controller", kFile}, {"updatePeriod", update_period}};
  spec.merge_patch(more);
  world.AddUpdate("web", spec);
}

void RunUntil(World& world, const std::function<bool()>& reached) {
  for (int i = 0; i < 200; ++i) {
    if (reached()) return;
    world.Sync();
    world.Settle();
    world.now = world.now + seconds(1);
  }
  FAIL("the update does not get there");
}

void RunUntilScaled(World& world, int32_t replicas) {
  RunUntil(world, [&] {
    return world.Has("web-2") && world.Controller("web-2")["spec"]["replicas"] == replicas;
  });
}

}  // namespace windlass::replication_controller
