// The spec of an update is edited on the way.
#include <string>

#include "controller/replication_controller/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::edit_test {
namespace {

TEST_CASE("another new name counts before the first step") {
  World world("web", 2, {{"app", "web"}});
  world.AddUpdate(
      "web", {{"image", "web:2"}, {"newName", "web-2"}, {"updatePeriod", "0s"}, {"paused", true}});
  REQUIRE(world.Run() == "Paused");
  world.Edit({{"newName", "web-3"}, {"paused", false}});
  CHECK(world.Run() == "Succeeded");
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
    World world("web", 2, {{"app", "web"}});
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
      CHECK(world.Run() == "Succeeded");
      CHECK(ImageOf(world, "web") == "web:2");
    }
    CHECK(world.PodsOf("web").size() == 2);
    CHECK(world.Pods().size() == 2);
  }
  CHECK(refused > 8);
  CHECK(succeeded > 4);
  Proves("RC-5");
}

// Whom this serves: who rolls an update back, and then wants another image at once. In a rollback
// both name the other as their source: no annotation of it may count as that of another update.
TEST_CASE("a rollback that is turned to another image says what is under way, and goes on") {
  int refused = 0;
  int succeeded = 0;
  for (int call = 0; call < 60; ++call) {
    CAPTURE(call);
    World world("web", 3, {{"app", "web"}});
    world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}});
    RunUntil(world, [&] { return world.lines().size() >= 4; });
    const size_t before = world.writes().size();
    bool edited = false;
    world.after_write = [&] {
      if (edited || world.writes().size() <= before + static_cast<size_t>(call)) return;
      edited = true;
      // In the middle of the rollback the old one is known by its source alone.
      json& annotations = world.Controller("web")["metadata"]["annotations"];
      if (annotations.contains(kSourceId)) annotations.erase(std::string(kNextControllerId));
      world.Edit({{"rollback", false}, {"image", "web:3"}});
    };
    world.RollBack();
    if (!edited) break;
    if (world.phase() != "Succeeded") {
      ++refused;
      CHECK(world.reason() == "OtherImage");
      CHECK(world.RollBack() == "RolledBack");
      CHECK(ImageOf(world, "web") == "web:1");
      world.Edit({{"rollback", false}});
      world.Run();
    } else {
      ++succeeded;
    }
    CHECK(world.phase() == "Succeeded");
    CHECK(ImageOf(world, "web") == "web:3");
    CHECK(world.Pods().size() == 3);
  }
  CHECK(refused > 4);
  CHECK(succeeded > 1);
  Proves("RC-5");
}

TEST_CASE("a new controller that is edited on the way is refused until it is changed back") {
  const json file = {{"spec",
                      {{"selector", {{"app", "web"}, {"version", "2"}}},
                       {"template",
                        {{"metadata", {{"labels", {{"app", "web"}, {"version", "2"}}}}},
                         {"spec", {{"containers", json::array({{{"name", "web"}}})}}}}}}}};
  World world("web", 3, {{"app", "web"}, {"version", "1"}});
  world.AddUpdate("web", {{"newName", "web-2"}, {"controller", file}, {"updatePeriod", "0s"}});
  for (int i = 0; i < 100 && world.lines().size() < 4; ++i) {
    world.Sync();
    world.Settle();
  }
  world.Edit({{"controller", {{"spec", {{"replicas", 7}}}}}});
  CHECK(world.Run() == "Failed");
  CHECK(world.reason() == "OtherContent");
  world.Edit({{"timeout", "6m"}});  // another edit does not make it right
  world.Run();
  CHECK(world.reason() == "OtherContent");
  world.Edit({{"controller", {{"spec", {{"replicas", nullptr}}}}}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 3);
  Proves("RC-5");
}

// --- the number of the rollout ---

int EarlierRollouts(const World& world) {
  return world.update()["status"].value("earlierRollouts", 0);
}

// Returns the number of earlier rollouts after the edit and its first write of the status.
int EarlierAfter(World& world, const json& spec) {
  const auto version = [&] { return world.update()["status"]["observedGeneration"]; };
  const json before = version();
  world.Edit(spec);
  RunUntil(world, [&] { return version() != before; });
  return EarlierRollouts(world);
}

TEST_CASE("each turn of an update is a rollout of its own, with the next number") {
  World world;
  StartUpdate(world, 4, "0s");
  RunUntilScaled(world, 2);
  CHECK(EarlierRollouts(world) == 0);
  CHECK(EarlierAfter(world, {{"rollback", true}}) == 1);
  CHECK(EarlierAfter(world, {{"rollback", false}}) == 2);
  CHECK(EarlierAfter(world, {{"paused", true}}) == 2);
  CHECK(EarlierAfter(world, {{"paused", false}, {"timeout", "6m"}}) == 2);
  CHECK(world.Run() == "Succeeded");
  CHECK(EarlierRollouts(world) == 2);
}

TEST_CASE("an update that goes on after a failure is the same rollout") {
  World world;
  StartUpdate(world, 2, "0s", {{"timeout", "10s"}});
  world.pods_get_ready = false;
  RunUntil(world, [&] { return world.reason() == "TimedOut"; });
  CHECK(EarlierAfter(world, {{"timeout", "20s"}}) == 0);
  RunUntil(world, [&] { return world.reason() == "TimedOut"; });
  CHECK(EarlierAfter(world, {{"rollback", true}}) == 1);
  CHECK(world.Run() == "RolledBack");
}

// For the user who deletes the update, and makes it anew to take it back: all its log lines carry
// one id.
TEST_CASE("an update made anew whose rollback is too late is one rollout") {
  World world;
  world.AddController("web-2", 2, {{"app", "web"}, {"version", "2"}});
  world.Controller("web-2")["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/update-source-id", "web:00000000-0000-4000-8000-000000000077"},
      {"kubectl.kubernetes.io/desired-replicas", "2"}};
  world.AddUpdate("web", {{"newName", "web-2"}, {"rollback", true}});
  world.CrashAt(0, /*after_it=*/true);
  world.Sync();
  REQUIRE(world.update()["status"]["step"] == "CleanUp");
  CHECK(EarlierRollouts(world) == 0);
  CHECK(world.Run() == "Succeeded");
  CHECK(EarlierRollouts(world) == 0);
  CHECK(world.Annotations("web-2").empty());
  Proves("RC-15");
}

TEST_CASE("an update that begins again after its end is another rollout") {
  World world("web", 2, {{"app", "web"}});
  world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}});
  REQUIRE(world.Run() == "Succeeded");
  CHECK(EarlierRollouts(world) == 0);
  world.Edit({{"image", "web:3"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(EarlierRollouts(world) == 1);
}

}  // namespace
}  // namespace windlass::replication_controller::edit_test
