// The new controller is deleted by hand in the middle of an update, or the update is given another
// one by mistake: nobody is left at a reduced size.
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::lost_new_controller_test {
namespace {

// A file with another new controller, "web-3".
json FileOfVersion3() {
  json file = kFile;
  file["spec"]["selector"]["version"] = "3";
  file["spec"]["template"]["metadata"]["labels"]["version"] = "3";
  return file;
}

// An update of 4 Pods stands at 3 old ones and 2 new ones when the new controller is deleted.
void LoseNew(World& world, const json& more = json::object()) {
  StartUpdate(world, 4, "0s", more);
  RunUntilScaled(world, 2);
  RunUntil(world, [&] { return world.Controller("web")["spec"]["replicas"] == 3; });
  world.Remove("web-2");
  RunUntil(world, [&] { return world.local || world.phase() == "Failed"; });
}

void CheckWhole(World& world, const std::string& name) {
  CHECK(world.controllers().size() == 1);
  CHECK(world.Controller(name)["spec"]["replicas"] == 4);
  CHECK(world.PodsOf(name).size() == 4);
  CHECK(world.Pods().size() == 4);
  CHECK(world.Annotations(name).empty());
}

TEST_CASE("a rollback gives the old controller back what it had when the new one is gone") {
  World world;
  world.local = GENERATE(false, true);
  LoseNew(world);
  CHECK(world.RollBack() == "RolledBack");
  CHECK(world.lines().back() == "replicationcontroller/web rolling updated");
  CheckWhole(world, "web");
  Proves("RC-15 RC-22");
}

// For whoever has made it: the name alone does not say that it is the update's.
TEST_CASE("a rollback leaves one alone that somebody made in place of the new controller") {
  World world;
  world.local = GENERATE(false, true);
  const int replicas = GENERATE(0, 2);
  // With an image the old one notes the name of the new one.
  const bool by_image = GENERATE(false, true);
  CAPTURE(world.local, replicas, by_image);
  LoseNew(world, by_image ? json{{"controller", nullptr}, {"image", "web:2"}} : json::object());
  world.AddController("web-2", replicas, {{"app", "other"}});
  CHECK(world.RollBack() == "RolledBack");
  CHECK(world.Controller("web")["spec"]["replicas"] == 4);
  CHECK(world.PodsOf("web").size() == 4);
  CHECK(world.Annotations("web").empty());
  CHECK(world.PodsOf("web-2").size() == static_cast<size_t>(replicas));
  Proves("RC-15 RC-22");
}

// For the user who turns round when the second new controller has just been made.
TEST_CASE("a rollback finds the size that was noted for a new controller before this one") {
  World world;
  LoseNew(world);
  world.Edit({{"timeout", "6m"}});
  const bool noted = GENERATE(false, true);
  if (!noted) {
    world.refuse = [&](const Request& request) -> std::optional<Error> {
      if (!world.Has("web-2") || request.key().name != "web" || !request.mutates()) return {};
      return Error{ErrorKind::kForbidden, "not now"};
    };
  }
  RunUntil(world, [&] { return world.Has("web-2"); });
  world.refuse = nullptr;
  CHECK(world.RollBack() == "RolledBack");
  CHECK(world.Controller("web")["spec"]["replicas"] == 4);
  CHECK(world.Annotations("web").empty());
  Proves("RC-15 RC-22");
}

// For the user who sees the update go: nothing says that it goes on while it does not.
TEST_CASE("an update that is begun again after somebody has scaled says nothing before it pauses") {
  World world;
  world.local = true;
  StartUpdate(world, 4, "0s");
  RunUntilScaled(world, 2);
  world.CrashAt(0, /*after_it=*/false);
  world.Scale("web", 9);
  world.Sync();
  const size_t said = world.lines().size();
  CHECK(world.Run() == "Paused");
  CHECK(world.lines().size() == said);
  Proves("RC-16");
}

// For the user who takes an update back, and whose other tool deletes its new controller meanwhile.
TEST_CASE("a rollback whose new controller is deleted gives the old one its size at once") {
  World world;
  StartUpdate(world, 4, "0s");
  RunUntilScaled(world, 3);
  world.local = GENERATE(false, true);
  // kubectl does not note whose the size is.
  const bool noted = GENERATE(false, true);
  const bool whole = GENERATE(false, true);  // but for the deletion of the new one
  json& annotations = world.Controller("web")["metadata"]["annotations"];
  if (!noted) annotations.erase("windlass.dev/original-replicas-of");
  world.pods_get_ready = false;
  world.Edit({{"rollback", true}});
  for (int i = 0; i < 20; ++i) {
    world.Sync();
    world.Settle();
  }
  REQUIRE(world.update()["status"]["rollback"] == true);
  REQUIRE(world.update()["status"]["step"] == "Scale");
  REQUIRE(world.Controller("web")["spec"]["replicas"] < 4);
  if (whole) world.Controller("web")["spec"]["replicas"] = 4;
  world.Remove("web-2");
  world.pods_get_ready = true;
  CHECK(world.Run() == "RolledBack");
  CheckWhole(world, "web");
  Proves("RC-15 RC-22");
}

TEST_CASE("an annotation that asks for another update outlives this one") {
  World world;
  StartUpdate(world, 2, "0s");
  RunUntilScaled(world, 1);
  world.Controller("web")["metadata"]["annotations"]["windlass.dev/rolling-update-to"] = "web-9";
  CHECK(world.RollBack() == "RolledBack");
  CHECK(world.Annotations("web") == json({{"windlass.dev/rolling-update-to", "web-9"}}));
  Proves("RC-13");
}

TEST_CASE("an update begins anew from the size before it when its new controller is gone") {
  World world;
  LoseNew(world);
  CHECK(world.reason() == "NotFound");
  world.Edit({{"timeout", "6m"}});
  CHECK(world.Run() == "Succeeded");
  CheckWhole(world, "web-2");
  Proves("RC-8 RC-22");
}

TEST_CASE("a crash at any write of the way back changes nothing in the end") {
  const bool after_it = GENERATE(false, true);
  for (int call = 0; call < 4; ++call) {
    CAPTURE(call, after_it);
    World world;
    LoseNew(world);
    world.Edit({{"rollback", true}});
    world.CrashAt(call, after_it);
    CHECK(world.Run() == "RolledBack");
    CheckWhole(world, "web");
  }
  Proves("RC-18 RC-22");
}

// What an earlier rollback was to reach is no size of this update.
TEST_CASE("a rollback does not restore the size of one before it") {
  World world;
  world.local = GENERATE(false, true);
  StartUpdate(world, 4, "0s");
  RunUntilScaled(world, 2);
  world.Edit({{"rollback", true}});
  RunUntil(world, [&] {
    return world.Annotations("web").contains("kubectl.kubernetes.io/update-source-id");
  });
  world.Remove("web-2");
  world.Scale("web", 8);
  world.AddUpdate("web", {{"newName", "web-2"}, {"controller", kFile}, {"updatePeriod", "0s"}});
  RunUntilScaled(world, 3);
  world.Remove("web-2");
  CHECK(world.RollBack() == "RolledBack");
  CHECK(world.Controller("web")["spec"]["replicas"] == 8);
  Proves("RC-8 RC-22");
}

TEST_CASE("a rollback keeps what somebody else made larger meanwhile") {
  World world;
  LoseNew(world);
  world.Scale("web", 6);
  CHECK(world.RollBack() == "RolledBack");
  CHECK(world.Controller("web")["spec"]["replicas"] == 6);
  CHECK(world.Annotations("web").empty());
  Proves("RC-22");
}

TEST_CASE("a rollback of nothing is refused, and takes no note of another update away") {
  World world;
  StartUpdate(world, 4, "0s");
  RunUntilScaled(world, 2);
  const json before = world.Annotations("web");
  world.Edit({{"newName", "web-22"}, {"controller", nullptr}, {"rollback", true}});
  world.Run();
  CHECK(world.reason() == "NothingToRollBack");
  CHECK(world.message() == "Could not find web-22 to rollback.");
  CHECK(world.Annotations("web") == before);
  Proves("RC-15 RC-22");
}

TEST_CASE("an update under way is not turned to another new controller, and is named") {
  World world;
  world.local = GENERATE(false, true);
  StartUpdate(world, 5, "0s");
  RunUntilScaled(world, 3);
  world.Edit({{"newName", "web-22"}});
  const json before = world.controllers();
  RunUntil(world, [&] { return world.phase() == "Failed"; });
  CHECK(world.reason() == "OtherName");
  CHECK(world.message() ==
        "ReplicationController web is in the middle of an update to web-2, so it cannot be updated "
        "to web-22. To continue that update, set spec.newName to web-2. To undo that update, also "
        "set spec.rollback to true");
  CHECK_FALSE(world.Has("web-22"));
  CHECK(world.Controller("web") == before["web"]);
  world.Edit({{"newName", "web-2"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 5);
  Proves("RC-21");
}

// For whoever follows the advice: the name alone would have the old one deleted.
TEST_CASE("the advice on another new controller says what the update under way does in the end") {
  World world;
  const bool noted = GENERATE(false, true);  // kubectl notes nothing
  StartUpdate(world, 5, "0s", {{"controller", nullptr}, {"image", "web:2"}, {"newName", nullptr}});
  std::string next;
  RunUntil(world, [&] {
    next = world.update().value("/status/newName"_json_pointer, "");
    return world.Has(next) && world.Controller(next)["spec"]["replicas"] == 3;
  });
  if (!noted) world.Controller(next)["metadata"]["annotations"].erase("windlass.dev/cleanup");
  world.Edit({{"newName", "web-22"}});
  RunUntil(world, [&] { return world.phase() == "Failed"; });
  CHECK(world.message().find("To continue that update, set spec.newName to " + next +
                             " and spec.cleanup to Rename.") != std::string::npos);
  world.Edit({{"newName", next}, {"cleanup", "Rename"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web").size() == 5);
  Proves("RC-21");
}

TEST_CASE("a new controller that is of no update any more holds no other one up") {
  World world;
  StartUpdate(world, 3, "0s");
  RunUntilScaled(world, 1);
  world.Controller("web-2")["metadata"]["annotations"].erase(
      "kubectl.kubernetes.io/update-source-id");
  world.Edit({{"newName", "web-3"}, {"controller", FileOfVersion3()}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-3").size() == 3);
  Proves("RC-21");
}

TEST_CASE("a new controller of an update that has ended holds no other update up") {
  World world;
  StartUpdate(world, 3, "0s", {{"cleanup", "Preserve"}});
  REQUIRE(world.Run() == "Succeeded");
  world.Scale("web", 3);
  world.Settle();
  world.Edit({{"newName", "web-3"}, {"controller", FileOfVersion3()}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-3").size() == 3);
  Proves("RC-21");
}

// For the user who sees a mistake at once.
TEST_CASE("an update that has labelled and not created yet is taken back") {
  World world("web", 2, {{"app", "web"}});
  world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}});
  RunUntil(world, [&] { return !world.Annotations("web").empty(); });
  REQUIRE(world.controllers().size() == 1);
  REQUIRE(world.update()["status"]["step"] == "Prepare");
  CHECK(world.RollBack() == "RolledBack");
  CHECK(world.Annotations("web").empty());
  CHECK(world.PodsOf("web").size() == 2);
  Proves("RC-15 RC-22");
}

// kubectl notes a size, and not whose. It is not to be lost by a guess.
TEST_CASE("a size that kubectl noted is not given up with the note of the name") {
  World world("web", 2, {{"app", "web"}});
  world.Controller("web")["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/next-controller-id", "web-2"},
      {"kubectl.kubernetes.io/original-replicas", "5"}};
  const json before = world.Controller("web");
  world.AddUpdate("web", {{"newName", "web-2"}, {"rollback", true}});
  CHECK(world.Run() == "Failed");
  CHECK(world.Controller("web") == before);
  Proves("RC-15");
}

TEST_CASE("an old controller that was deleted on the way is told again after an edit") {
  World world("web", 2, {{"app", "web"}});
  world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}});
  RunUntil(world, [&] { return world.phase() == "Progressing"; });
  world.Remove("web");
  world.Run();
  const std::string message = world.message();
  CHECK(message.starts_with("ReplicationController web was deleted during its update"));
  CHECK(message.find(" -n ns --replicas=2") != std::string::npos);
  const json edit = GENERATE(json{{"timeout", "9m"}}, json{{"rollback", true}});
  world.Edit(edit);
  world.Run();
  CHECK(world.message() == message);
  Proves("RC-20");
}

}  // namespace
}  // namespace windlass::replication_controller::lost_new_controller_test
