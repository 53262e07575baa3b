// The caches are behind what the API server has.
#include <algorithm>
#include <string>
#include <utility>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::lag_test {
namespace {

// Runs until the new controller has `replicas`, and all are ready.
void RunUntilReady(World& world, int32_t replicas) {
  RunUntilScaled(world, replicas);
  while (world.Settle()) {
  }
}

TEST_CASE("Pods that only a late cache shows as ready allow no scaling down") {
  World world;
  StartUpdate(world, 4, "10s");
  RunUntilReady(world, 1);
  world.Sync();
  world.Settle();
  world.FreezePods();
  world.pods_get_ready = false;
  for (auto& [name, pod] : world.pods()) pod.erase("status");
  while (world.Settle()) {
  }
  for (int i = 0; i < 30; ++i) {
    world.Sync();
    world.now = world.now + seconds(1);
  }
  CHECK(world.Controller("web")["spec"]["replicas"] == 4);
  world.pods_get_ready = true;
  world.CatchUp();
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 4);
  Proves("RC-10");
}

TEST_CASE("the label is selected by only when the replication controller has seen it on each Pod") {
  World world("web", 3, {{"app", "web"}});
  world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}});
  // A label that the template got when the Pods were there already; nothing waits for it.
  const bool lacks_another = GENERATE(false, true);
  json& web = world.Controller("web");
  if (lacks_another) web["spec"]["template"]["metadata"]["labels"]["tier"] = "front";
  const auto has_label = [](const auto& pod) {
    return pod.second["metadata"]["labels"].contains("deployment");
  };
  for (int i = 0; i < 20 && !std::ranges::any_of(world.pods(), has_label); ++i) {
    world.Settle();
    world.Sync();
  }
  REQUIRE(std::ranges::all_of(world.pods(), has_label));
  CHECK(web["spec"]["selector"].contains("deployment") == lacks_another);
  if (!lacks_another) {
    CHECK(world.message() ==
          "waiting for the replication controller to see the label deployment of its Pods");
  }
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web").size() == 3);
  Proves("RC-6");
}

TEST_CASE("a controller is not deleted with a Pod that its status does not count yet") {
  World world;
  StartUpdate(world, 4, "10s");
  RunUntilReady(world, 4);
  world.controller_manager_on = false;
  json& web = world.Controller("web");
  for (int i = 0; i < 40 && web["spec"]["replicas"] != 0; ++i) {
    world.Sync();
    world.now = world.now + seconds(1);
  }
  REQUIRE(web["spec"]["replicas"] == 0);
  REQUIRE(world.PodsOf("web").size() == 1);
  web["status"]["replicas"] = 0;
  web["status"]["observedGeneration"] = web["metadata"]["generation"];
  for (int i = 0; i < 5; ++i) {
    world.Sync();
    world.now = world.now + seconds(1);
  }
  CHECK(world.Has("web"));
  world.controller_manager_on = true;
  CHECK(world.Run() == "Succeeded");
  CHECK_FALSE(world.Has("web"));
  Proves("RC-13");
}

TEST_CASE("a size that only a late cache shows was set by nobody else") {
  const std::string policy = GENERATE("Pause", "Adopt", "Override");
  CAPTURE(policy);
  World world;
  StartUpdate(world, 4, "10s", {{"onExternalScale", policy}});
  RunUntilReady(world, 1);
  const auto seen = world.controllers();
  RunUntilReady(world, 2);
  REQUIRE(world.Controller("web")["spec"]["replicas"] == 3);
  // A new leader: its cache of updates is newer than that of controllers.
  const auto now = std::exchange(world.controllers(), seen);
  world.FreezeControllers();
  world.controllers() = now;
  world.Sync();
  world.CatchUp();
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 4);
  const auto& events = world.events();
  CHECK(std::ranges::count(events, "ExternalScale") == 0);
  Proves("RC-16");
}

}  // namespace
}  // namespace windlass::replication_controller::lag_test
