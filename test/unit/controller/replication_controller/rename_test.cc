// What can come between in a rename: a way back, a scaling by somebody else, other Pods.
#include <algorithm>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::rename_test {
namespace {

constexpr const char* kJournal = "windlass.dev/rename-journal";

json ToImage(const std::string& image, const std::string& name = "") {
  json spec = {{"image", image}, {"updatePeriod", "0s"}};
  if (!name.empty()) spec["newName"] = name;
  return spec;
}

void Start(World& world, int32_t replicas, json more = json::object()) {
  more["cleanup"] = "Rename";
  StartUpdate(world, replicas, "0s", more);
}

std::optional<Error> RefuseDeletion(const Request& request) {
  if (request.verb() != Verb::kDelete) return std::nullopt;
  return Error{ErrorKind::kForbidden, "not now"};
}

// Runs until the new controller is about to be deleted, which the API server refuses.
void RunUntilDeletionIsRefused(World& world) {
  world.refuse = RefuseDeletion;
  world.Run();
  REQUIRE(world.reason() == "WriteRefused");
  REQUIRE(world.Annotations("web").contains(kJournal));
}

// Runs until the new controller waits for the garbage collector.
void RunUntilDeleted(World& world) {
  for (int i = 0; i < 200; ++i) {
    for (const auto& [name, controller] : world.controllers()) {
      if (controller["metadata"].contains("deletionTimestamp")) return;
    }
    world.Sync();
    if (world.writes().back().starts_with("delete")) continue;
    world.Settle();
    world.now = world.now + seconds(1);
  }
  FAIL("the update does not get there");
}

TEST_CASE("a second rollback forgets the journal of the rename that it ends") {
  World world;
  Start(world, 5);
  for (int i = 0; i < 200 && world.lines().size() < 5; ++i) {
    world.Sync();
    world.Settle();
  }
  world.Edit({{"rollback", true}});
  for (int i = 0; i < 3; ++i) world.Sync();
  REQUIRE(world.Annotations("web").contains("kubectl.kubernetes.io/update-source-id"));
  world.Edit({{"rollback", false}});
  RunUntilDeletionIsRefused(world);
  world.refuse = nullptr;
  CHECK(world.RollBack() == "RolledBack");
  CHECK_FALSE(world.Has("web-2"));
  CHECK(world.Controller("web")["spec"]["selector"]["version"] == "1");
  CHECK(world.PodsOf("web").size() == 5);
  CHECK(world.Annotations("web").empty());
  Proves("RC-14 RC-15");
}

TEST_CASE("a scaling that is adopted at the end ends the rename") {
  World world;
  Start(world, 4, {{"onExternalScale", "Adopt"}});
  RunUntilDeletionIsRefused(world);
  world.Scale("web", 3);
  // Adopted; then a user deletes the new controller.
  for (int i = 0; i < 10 && world.phase() != "Progressing"; ++i) world.Sync();
  CHECK_FALSE(world.Annotations("web").contains(kJournal));
  CHECK_FALSE(world.update()["status"].contains("journal"));
  world.refuse = nullptr;
  world.controllers().erase("web-2");
  CHECK(world.Run() == "Failed");
  CHECK(world.reason() == "NotFound");
  CHECK(world.Controller("web")["spec"]["selector"]["version"] == "1");
  CHECK(world.Orphans().empty());
  Proves("RC-14 RC-16");
}

TEST_CASE("an old controller that gets Pods in the middle of a rename keeps them until told") {
  World world;
  Start(world, 2);
  RunUntilDeleted(world);
  world.Scale("web", 3);
  world.Settle();
  REQUIRE(world.PodsOf("web").size() == 3);
  CHECK(world.Run() == "Paused");
  CHECK(world.reason() == "ExternalScale");
  CHECK(
      world.message() ==
      "another client scaled ReplicationController web from 0 to 3, and web-2 is deleted already. "
      "Scale web back to 0: the update then gives the Pods of web-2 to web. Or set "
      "spec.onExternalScale to Override: Windlass then scales web back");
  CHECK(world.PodsOf("web").size() == 3);
  CHECK(world.Orphans().size() == 2);
  SECTION("scaled back") { world.Scale("web", 0); }
  SECTION("overridden") { world.Edit({{"onExternalScale", "Override"}}); }
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web").size() == 2);
  CHECK(world.Pods().size() == 2);
  CHECK(world.Controller("web")["spec"]["selector"]["version"] == "2");
  Proves("RC-14 RC-16");
}

// Its Pods have no owner until the rename is finished; only then the other update begins.
TEST_CASE("a rename is finished before an update to another name begins") {
  const bool of_other_update = GENERATE(false, true);
  CAPTURE(of_other_update);
  World world("web", 3, {{"app", "web"}});
  world.AddUpdate("web", ToImage("web:2"));
  RunUntilDeleted(world);
  if (of_other_update) {
    world.AddUpdate("web", ToImage("web:3", "web-3"));
  } else {
    world.Edit({{"image", "web:3"}, {"newName", "web-3"}});
  }
  bool renamed = false;
  world.after_write = [&] {
    if (!world.Has("web")) return;
    const json& container = world.Controller("web")["spec"]["template"]["spec"]["containers"][0];
    renamed = renamed || container["image"] == "web:2";
  };
  world.Run();
  CHECK(renamed);
  CHECK(world.phase() == "Succeeded");
  CHECK(world.lines().back() == "replicationcontroller/web-3 rolling updated to \"web-3\"");
  CHECK(world.controllers().size() == 1);
  CHECK(world.PodsOf("web-3").size() == 3);
  CHECK(world.Pods().size() == 3);
  Proves("RC-14");
}

TEST_CASE("a rename that nothing has been lost by is named to an update to another name") {
  World world;
  Start(world, 2);
  RunUntilDeletionIsRefused(world);
  world.refuse = nullptr;
  json spec = world.update()["spec"];
  spec["newName"] = "web-3";
  world.AddUpdate("web", spec);
  CHECK(world.Run() == "Failed");
  CHECK(world.message() ==
        "ReplicationController web-2 is about to be renamed to web, so web cannot be updated to "
        "web-3. To finish the rename, set spec.newName to web-2. To undo it, set spec.rollback to "
        "true");
  CHECK(world.Has("web-2"));
  SECTION("finished") {
    world.Edit({{"newName", "web-2"}});
    CHECK(world.Run() == "Succeeded");
    CHECK(world.Controller("web")["spec"]["selector"]["version"] == "2");
  }
  SECTION("undone") {
    CHECK(world.RollBack() == "RolledBack");
    CHECK(world.Controller("web")["spec"]["selector"]["version"] == "1");
  }
  CHECK(world.PodsOf("web").size() == 2);
  CHECK(world.Pods().size() == 2);
  Proves("RC-14");
}

// A Pod ends before the old controller adopts it, so that it makes another.
TEST_CASE("a rename during which a Pod ends, and another is created, ends") {
  const bool ends = GENERATE(false, true);
  CAPTURE(ends);
  World world;
  Start(world, 2);
  RunUntilDeleted(world);
  const auto before = world.Pods();
  if (ends) world.pods().erase(world.pods().begin());
  CHECK(world.Run() == "Succeeded");
  CHECK(world.lines().back() == "replicationcontroller/web rolling updated");
  CHECK((world.Pods() == before) == !ends);
  Proves("RC-14");
}

TEST_CASE("a rename does not wait for Pods that another controller owns") {
  World world("other", 2, {{"app", "web"}, {"version", "2"}, {"tier", "x"}});
  const auto others = world.PodsOf("other");
  Start(world, 2);
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web").size() == 2);
  CHECK(world.PodsOf("other") == others);
  Proves("RC-14");
}

}  // namespace
}  // namespace windlass::replication_controller::rename_test
