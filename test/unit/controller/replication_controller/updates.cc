#include "test/unit/controller/replication_controller/updates.h"

#include "test/catch.h"
#include "test/unit/controller/replication_controller/pod_json.h"

namespace windlass::replication_controller {

void StartUpdate(World& world, int32_t replicas, const std::string& update_period,
                 const json& more) {
  world.AddController("web", replicas, {{"app", "web"}, {"version", "1"}});
  json spec = {{"newName", "web-2"}, {"controller", kFile}, {"updatePeriod", update_period}};
  spec.merge_patch(more);
  world.AddUpdate("web", spec);
}

void LeaveOrphans(World& world, int32_t pods) {
  world.AddController("web-2", pods, {{"app", "web"}, {"version", "2"}});
  const std::string uid = world.Controller("web-2")["metadata"]["uid"];
  world.controllers().erase("web-2");
  for (auto& [name, pod] : world.pods()) {
    if (OwnerOf(pod) == uid) pod["metadata"].erase("ownerReferences");
  }
  REQUIRE(world.Orphans().size() == static_cast<size_t>(pods));
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
