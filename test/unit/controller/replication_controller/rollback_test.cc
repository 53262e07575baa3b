// Rolling back an update that is under way.
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::rollback_test {
namespace {

// An update of `replicas` to 7.
void Start(World& world, int32_t replicas) {
  StartUpdate(world, replicas, "0s", {{"controller", {{"spec", {{"replicas", 7}}}}}});
}

void RunUntilSaid(World& world, size_t lines) {
  RunUntil(world, [&] { return world.lines().size() >= lines; });
}

// An update that creates the new controller with a replica for each of `orphans`.
void StartWithOrphans(World& world, int32_t orphans, bool has_stale_note) {
  Start(world, 5);
  if (orphans > 0) LeaveOrphans(world, orphans);
  if (!has_stale_note) return;
  // kubectl keeps the size of an earlier update for ever.
  world.Controller("web")["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/original-replicas", "10"}};
}

// An asymmetric update, 5 to 7, is rolled back after each of its writes.
TEST_CASE("an update rolls back from wherever it stands, to the size that there was") {
  const int32_t orphans = GENERATE(0, 2);
  const bool has_stale_note = GENERATE(false, true);
  CAPTURE(orphans, has_stale_note);
  int writes = 0;
  {
    World whole;
    StartWithOrphans(whole, orphans, has_stale_note);
    REQUIRE(whole.Run() == "Succeeded");
    writes = static_cast<int>(whole.writes().size());
  }
  int rolled_back = 0;
  for (int call = 0; call < writes; ++call) {
    CAPTURE(call);
    World world;
    StartWithOrphans(world, orphans, has_stale_note);
    world.CrashAt(call, /*after_it=*/true);
    do {
      world.Sync();
      if (!world.crashed()) {
        world.Settle();
        world.now = world.now + seconds(1);
      }
    } while (!world.crashed());
    const bool exists = world.Has("web-2") && world.Has("web");
    const bool ending = !world.Has("web") && world.update()["status"]["step"] == "CleanUp";
    world.RollBack();
    if (!exists) {  // it comes too early, in the middle of the end, or after it
      CHECK(world.phase() == (ending ? "Succeeded" : "Failed"));
      if (ending) CHECK(world.Annotations("web-2").empty());
      continue;
    }
    ++rolled_back;
    CHECK(world.phase() == "RolledBack");
    CHECK_FALSE(world.Has("web-2"));
    CHECK(world.Controller("web")["spec"]["replicas"] == 5);
    CHECK(world.PodsOf("web").size() == 5);
    CHECK(world.Pods().size() == 5);
    CHECK(world.Annotations("web").empty());
    CHECK(world.lines().back() == "replicationcontroller/web rolling updated");
  }
  CHECK(rolled_back > 20);
  Proves("RC-8 RC-15");
}

// A client whose update has said five lines, and which is asked to go back.
void BeginLocalRollback(World& world) {
  world.local = true;
  Start(world, 5);
  RunUntilSaid(world, 5);
  world.Edit({{"rollback", true}});
}

TEST_CASE("a client's rollback that is cut off at any write goes on by the same command") {
  World whole;
  BeginLocalRollback(whole);
  const size_t before = whole.writes().size();
  REQUIRE(whole.Run() == "RolledBack");
  const int writes = static_cast<int>(whole.writes().size() - before);
  REQUIRE(writes > 10);
  const bool after_it = GENERATE(false, true);
  for (int call = 0; call < writes; ++call) {
    CAPTURE(after_it, call);
    World world;
    BeginLocalRollback(world);
    world.CrashAt(call, after_it);
    world.Run();
    // Once the annotations are gone there is nothing to go on with; only the client's own status is
    // written after that.
    const bool is_over = call >= writes - (after_it ? 2 : 1);
    CHECK(world.phase() == (is_over ? "Failed" : "RolledBack"));
    CHECK_FALSE(world.Has("web-2"));
    CHECK(world.PodsOf("web").size() == 5);
    CHECK(world.Pods().size() == 5);
    CHECK(world.Annotations("web").empty());
  }
  Proves("RC-15 RC-18");
}

TEST_CASE("a rollback says what kubectl says") {
  World world;
  Start(world, 1);
  world.pods_get_ready = false;
  RunUntilSaid(world, 3);
  const size_t said = world.lines().size();
  world.RollBack();
  const std::vector<std::string> lines = world.lines();
  const std::vector<std::string> after(lines.begin() + static_cast<std::ptrdiff_t>(said),
                                       lines.end());
  REQUIRE(after.size() == 6);
  CHECK(after[0] == "Setting \"web\" replicas to 1");
  CHECK(after[1] == "Continuing update with existing controller web.");
  CHECK(after[2].starts_with("Scaling up web from 1 to 1, scaling down web-2 from "));
  CHECK(after[3] == "Scaling web-2 down to 0");
  CHECK(after[4] == "Update succeeded. Deleting web-2");
  CHECK(after[5] == "replicationcontroller/web rolling updated");
  Proves("RC-12 RC-15");
}

TEST_CASE("a rollback of what is not under way is refused") {
  World world("web", 1, {{"app", "web"}});
  world.AddUpdate("web", {{"rollback", true}, {"image", "web:2"}});
  world.Run();
  CHECK(world.message() ==
        "there is nothing to roll back: ReplicationController web has no annotation "
        "kubectl.kubernetes.io/next-controller-id, so the new controller is not known. Set "
        "spec.newName to its name, or set spec.rollback to false to begin an update");
  world.Edit({{"newName", "web-2"}});
  world.Run();
  CHECK(world.message() == "Could not find web-2 to rollback.");
  Proves("RC-15");
}

// A rollback deletes the new one.
TEST_CASE("a rollback of what no update has made is refused, also if it has no replicas") {
  World world("web", 2, {{"app", "web"}, {"version", "1"}});
  const int replicas = GENERATE(0, 5);
  world.AddController("batch", replicas, {{"app", "batch"}});
  // kubectl keeps a size for ever.
  world.Controller("web")["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/original-replicas", "2"}};
  world.AddUpdate("web", {{"rollback", true}, {"newName", "batch"}});
  CHECK(world.Run() == "Failed");
  CHECK(world.message() ==
        "there is nothing to roll back: ReplicationController batch was not made by an update of "
        "web. Annotation kubectl.kubernetes.io/update-source-id of batch does not name web. "
        "Annotation kubectl.kubernetes.io/next-controller-id of web does not name batch. Set "
        "spec.newName to the ReplicationController that the update has made, or set spec.rollback "
        "to false");
  REQUIRE(world.Has("batch"));
  CHECK(world.Controller("batch")["spec"]["replicas"] == replicas);
  Proves("RC-15");
}

// Windlass' own status knows the name, too.
TEST_CASE("a rollback goes on without the note of the new one's name") {
  World world("web", 4, {{"app", "web"}, {"version", "1"}});
  world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}});
  RunUntil(world, [&] { return world.Controller("web")["spec"]["replicas"] == 2; });
  json& annotations = world.Controller("web")["metadata"]["annotations"];
  REQUIRE(annotations.erase("kubectl.kubernetes.io/next-controller-id") == 1);
  CHECK(world.RollBack() == "RolledBack");
  CHECK(world.PodsOf("web").size() == 4);
  Proves("RC-15");
}

TEST_CASE("without a noted size nothing is guessed") {
  World world("web", 1, {{"app", "web"}, {"version", "1"}});
  world.AddController("web-2", 2, {{"app", "web"}, {"version", "2"}});
  world.Controller("web")["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/next-controller-id", "web-2"}};
  world.AddUpdate("web", {{"rollback", true}, {"newName", "web-2"}});
  world.Run();
  CHECK(world.message() == "couldn't find original replica count of \"web\"");
  CHECK(world.Controller("web-2")["spec"]["replicas"] == 2);
  Proves("RC-8 RC-15");
}

// The new controller is Windlass' own, and another tool has removed the notes of the old one.
TEST_CASE("without a noted size nothing is guessed once the new controller was scaled") {
  World world;
  Start(world, 5);
  LeaveOrphans(world, 2);
  RunUntilScaled(world, 4);
  world.Controller("web")["metadata"].erase("annotations");
  CHECK(world.RollBack() == "Failed");
  CHECK(world.message() == "couldn't find original replica count of \"web\"");
  CHECK(world.Has("web-2"));
  Proves("RC-8 RC-15");
}

TEST_CASE("a size that an earlier kubectl left behind is not restored") {
  World world;
  Start(world, 3);
  world.Controller("web")["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/original-replicas", "40"}};
  RunUntilSaid(world, 5);
  CHECK(world.Annotations("web")["kubectl.kubernetes.io/original-replicas"] == "3");
  CHECK(world.RollBack() == "RolledBack");
  CHECK(world.Controller("web")["spec"]["replicas"] == 3);
  Proves("RC-8");
}

// Its new controller was deleted, and the old one has its Pods back.
TEST_CASE("a note of an earlier update becomes one of this update") {
  World world;
  Start(world, 3);
  world.Controller("web")["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/original-replicas", "3"},
      {"windlass.dev/original-replicas-of", "5a0bd1b5-bd1c-4d4e-9d6e-000000000001"}};
  RunUntilSaid(world, 5);
  const json& created = world.Controller("web-2");
  CHECK(world.Annotations("web")["windlass.dev/original-replicas-of"] ==
        created["metadata"]["uid"]);
  CHECK(world.RollBack() == "RolledBack");
  CHECK(world.Controller("web")["spec"]["replicas"] == 3);
  Proves("RC-8");
}

TEST_CASE("the size before survives that the new controller is deleted on the way") {
  World world("web", 6, {{"app", "web"}, {"deployment", "a"}});
  world.AddUpdate("web", {{"image", "web:2"}, {"newName", "web-2"}, {"updatePeriod", "0s"}});
  for (int i = 0; i < 200 && world.Controller("web")["spec"]["replicas"] != 2; ++i) {
    world.Sync();
    world.Settle();
    world.now = world.now + seconds(1);
  }
  REQUIRE(world.Controller("web")["spec"]["replicas"] == 2);
  world.controllers().erase("web-2");
  world.Run();
  CHECK(world.reason() == "NotFound");
  world.Edit({{"timeout", "6m"}});
  SECTION("forward") {
    CHECK(world.Run() == "Succeeded");
    CHECK(world.PodsOf("web-2").size() == 6);
  }
  SECTION("and back") {
    RunUntilSaid(world, world.lines().size() + 4);
    CHECK(world.Annotations("web")["kubectl.kubernetes.io/original-replicas"] == "6");
    CHECK(world.RollBack() == "RolledBack");
    CHECK(world.PodsOf("web").size() == 6);
  }
  Proves("RC-8");
}

TEST_CASE("a rollback can be turned round once more") {
  World world;
  Start(world, 3);
  RunUntilSaid(world, 5);
  world.Edit({{"rollback", true}});
  for (int i = 0; i < 3; ++i) world.Sync();
  world.Edit({{"rollback", false}});
  CHECK(world.Run() == "Succeeded");
  CHECK_FALSE(world.Has("web"));
  CHECK(world.PodsOf("web-2").size() == 7);
}

// As the errors page advises.
TEST_CASE("an update that was preserved goes back once its size is noted by hand") {
  World world;
  StartUpdate(world, 4, "0s", {{"cleanup", "Preserve"}});
  REQUIRE(world.Run() == "Succeeded");
  json& annotations = world.Controller("web")["metadata"]["annotations"];
  annotations["kubectl.kubernetes.io/original-replicas"] = "4";
  annotations["kubectl.kubernetes.io/next-controller-id"] = "web-2";
  CHECK(world.RollBack() == "RolledBack");
  CHECK(world.PodsOf("web").size() == 4);
}

// For the user who deletes the old one by mistake: nobody says that all is well.
TEST_CASE("a rollback whose old controller is deleted at its end has not succeeded") {
  World world;
  StartUpdate(world, 3, "0s");
  RunUntilScaled(world, 2);
  world.Edit({{"rollback", true}});
  world.refuse = [](const Request& request) -> std::optional<Error> {
    if (request.verb() != Verb::kDelete) return std::nullopt;
    return Error{ErrorKind::kForbidden, "no"};
  };
  RunUntil(world, [&] { return world.update()["status"]["step"] == "CleanUp"; });
  world.refuse = nullptr;
  world.Remove("web");
  CHECK(world.Run() == "Failed");
  CHECK(world.reason() == "OldControllerDeleted");
  Proves("RC-15");
}

// For the user who mixes the names up.
TEST_CASE("a rollback with the names swapped is refused") {
  World world;
  StartUpdate(world, 4, "0s");
  RunUntilScaled(world, 2);
  world.AddUpdate("web-2", {{"newName", "web"}, {"rollback", true}});
  const json before = world.Controller("web");
  world.Run();
  CHECK(world.Controller("web") == before);
  CHECK(world.reason() == "OtherName");
  CHECK(world.message().starts_with(
      "an update from ReplicationController web to web-2 is under way"));
  Proves("RC-15 RC-21");
}

// The old Pods crash, which is why they are updated; the user takes the update back before it
// scales.
TEST_CASE("a rollback does not wait for old Pods that are not available") {
  World world;
  StartUpdate(world, 3, "0s");
  for (auto& [name, pod] : world.pods()) pod.erase("status");
  world.pods_get_ready = false;
  RunUntil(world, [&] { return world.Has("web-2"); });
  REQUIRE(world.Controller("web-2")["spec"]["replicas"] == 0);
  CHECK(world.RollBack() == "RolledBack");
  CHECK_FALSE(world.Has("web-2"));
  Proves("RC-15");
}

}  // namespace
}  // namespace windlass::replication_controller::rollback_test
