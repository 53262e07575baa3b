// A rollback, or an update that is begun again, finds the controller that is scaled up larger than
// it shall be at the end. No update makes it so: somebody else has scaled it.
#include <algorithm>
#include <functional>
#include <string>

#include "controller/replication_controller/words.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::rollback_size_test {
namespace {

// What is left of a rollback to `replicas`.
void CheckRolledBack(World& world, size_t replicas) {
  CHECK(world.phase() == "RolledBack");
  CHECK_FALSE(world.Has("web-2"));
  REQUIRE(world.Has("web"));
  CHECK(world.Controller("web")["spec"]["replicas"] == replicas);
  CHECK(world.PodsOf("web").size() == replicas);
  CHECK(world.Pods().size() == replicas);
  CHECK(world.Annotations("web").empty());
}

// An update of 2 Pods stands at 2 old ones and 1 new one.
void Begin(World& world, const std::string& policy) {
  StartUpdate(world, 2, "1m", {{"onExternalScale", policy}});
  RunUntilScaled(world, 1);
  REQUIRE(world.Controller("web")["spec"]["replicas"] == 2);
}

bool Said(World& world, const std::string& line) {
  return std::ranges::count(world.lines(), line) == 1;
}

bool HasSizeOfRollback(const World& world, const std::string& size) {
  return world.Annotations("web").value("kubectl.kubernetes.io/desired-replicas", "") == size;
}

const std::string kSettingTwo = "Setting \"web\" replicas to 2";

TEST_CASE("a rollback ends although somebody else has made the old controller larger") {
  struct Row {
    std::string policy;
    size_t want;
  };
  const Row row = GENERATE(values<Row>({
      {"Pause", 5},     // it is not made smaller
      {"Adopt", 6},     // both together
      {"Override", 2},  // what was noted
  }));
  const bool seen = GENERATE(false, true);
  CAPTURE(row.policy, seen);
  World world;
  Begin(world, row.policy);
  world.Scale("web", 5);
  if (seen && row.policy == "Pause") {
    REQUIRE(world.Run() == "Paused");
  }
  world.local = GENERATE(false, true);
  world.RollBack();
  CheckRolledBack(world, row.want);
  if (row.policy == "Pause") CHECK(Said(world, "Setting \"web\" replicas to 5"));
  Proves("RC-15 RC-16");
}

TEST_CASE("a rollback ends if the old controller is made larger while it begins") {
  World world;
  Begin(world, "Pause");
  const bool is_set = GENERATE(false, true);  // in which of the two writes
  CAPTURE(is_set);
  bool scaled = false;
  world.after_write = [&] {
    if (scaled || HasSizeOfRollback(world, "2") != is_set) return;
    if (!is_set && world.update()["status"]["lines"].back() != kSettingTwo) return;
    scaled = true;
    world.Scale("web", 5);
  };
  world.RollBack();
  CHECK(scaled);
  CheckRolledBack(world, 5);
  CHECK(Said(world, kSettingTwo));
  CHECK(Said(world, "Setting \"web\" replicas to 5"));
  Proves("RC-15 RC-16");
}

TEST_CASE("a rollback goes back to a size that was adopted") {
  const std::string scaled = GENERATE("web", "web-2");
  CAPTURE(scaled);
  World world;
  Begin(world, "Adopt");
  world.Scale(scaled, 5);
  const int32_t desired = scaled == "web" ? 6 : 7;
  RunUntil(world, [&] {
    return world.Annotations("web-2")["kubectl.kubernetes.io/desired-replicas"] ==
           std::to_string(desired);
  });
  for (int syncs = GENERATE(0, 1, 3, 5); syncs > 0; --syncs) {
    world.Sync();
    world.Settle();
  }
  world.RollBack();
  CheckRolledBack(world, static_cast<size_t>(desired));
  Proves("RC-15 RC-16");
}

// Asks for a rollback of the update that Begin leaves, until `reached`, and turns it off again.
void RollBackAndTurnOff(World& world, const std::function<bool()>& reached) {
  world.Edit({{"rollback", true}});
  RunUntil(world, reached);
  world.Edit({{"rollback", false}});
}

bool ScalesForward(World& world) {
  const json status = world.update().value("status", json::object());
  return status.value("step", "") == kStepScale && !status.value("rollback", false);
}

// Between the two rollbacks, 2 old Pods and 1 new one become 2 and 5.
void GoOnToSecondRollback(World& world) {
  RunUntil(world, [&] { return ScalesForward(world); });
  CHECK_FALSE(HasSizeOfRollback(world, "2"));
  world.Scale("web-2", 5);
  RunUntil(world, [&] {
    return world.Annotations("web-2")["kubectl.kubernetes.io/desired-replicas"] == "7";
  });
  world.RollBack();
}

TEST_CASE("a second rollback goes back to a size that was adopted after the first") {
  const auto turn_round = [](World& world) {
    Begin(world, "Adopt");
    RollBackAndTurnOff(world, [&] { return HasSizeOfRollback(world, "2"); });
  };
  World whole;
  turn_round(whole);
  const size_t before = whole.writes().size();
  GoOnToSecondRollback(whole);
  CheckRolledBack(whole, 7);
  const int writes = static_cast<int>(whole.writes().size() - before);
  REQUIRE(writes > 15);
  const bool after_it = GENERATE(false, true);
  for (int call = 0; call < writes; ++call) {
    CAPTURE(after_it, call);
    World world;
    turn_round(world);
    world.CrashAt(call, after_it);
    GoOnToSecondRollback(world);
    CheckRolledBack(world, 7);
  }
  Proves("RC-15 RC-16 RC-18");
}

// kubectl 1.17 notes 2, begins to roll back, and is ended. Windlass goes forward, and is ended.
// kubectl goes on with what its own forward run has written, and the size that it noted.
TEST_CASE("after a rollback by kubectl that is off, kubectl finds what it wrote before that") {
  World world;
  StartUpdate(world, 2, "1m");
  RunUntilScaled(world, 1);
  const json of_new = world.Annotations("web-2");
  const std::string uid = world.Controller("web-2")["metadata"]["uid"];
  world.Controller("web")["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/original-replicas", "2"},
      {"kubectl.kubernetes.io/update-source-id", "web-2:" + uid},
      {"kubectl.kubernetes.io/desired-replicas", "2"}};
  world.AddUpdate("web", world.update()["spec"]);
  RunUntil(world, [&] { return ScalesForward(world); });
  CHECK(world.Annotations("web") == json{{"kubectl.kubernetes.io/original-replicas", "2"},
                                         {"windlass.dev/original-replicas-of", uid}});
  CHECK(world.Annotations("web-2") == of_new);
  Proves("RC-8 RC-15");
}

// A cache that was behind shows only now that a rollback had begun, which is off again.
TEST_CASE("a second rollback goes back to an adopted size although the first is seen late") {
  World world;
  Begin(world, "Adopt");
  world.Controller("web")["metadata"]["annotations"].merge_patch(
      {{"kubectl.kubernetes.io/update-source-id",
        "web-2:" + world.Controller("web-2")["metadata"]["uid"].get<std::string>()},
       {"kubectl.kubernetes.io/desired-replicas", "2"}});
  world.Scale("web-2", 5);
  RunUntil(world, [&] {
    return world.Annotations("web-2")["kubectl.kubernetes.io/desired-replicas"] == "7";
  });
  world.RollBack();
  CheckRolledBack(world, 7);
  Proves("RC-15 RC-16");
}

TEST_CASE("a second rollback goes back to what somebody else made of the old one in between") {
  World world;
  Begin(world, "Pause");
  RollBackAndTurnOff(world, [&] { return HasSizeOfRollback(world, "2"); });
  world.Scale("web", 5);
  world.AddUpdate("web", world.update()["spec"]);
  RunUntil(world, [&] { return world.Controller("web")["spec"]["replicas"] == 1; });
  world.RollBack();
  CheckRolledBack(world, 5);
  Proves("RC-8 RC-15");
}

// 5 old Pods and 1 new one: 6 are wanted.
TEST_CASE("a second rollback goes back to a size that the first one adopted") {
  World world;
  Begin(world, "Adopt");
  world.Edit({{"rollback", true}});
  RunUntil(world, [&] { return world.update()["status"].value("step", "") == kStepScale; });
  world.Scale("web", 5);
  RollBackAndTurnOff(world, [&] { return HasSizeOfRollback(world, "6"); });
  RunUntil(world, [&] { return ScalesForward(world); });
  world.RollBack();
  CheckRolledBack(world, 6);
  Proves("RC-15 RC-16");
}

// The first try was cut off when it had noted the size, before it scaled anything.
TEST_CASE("a rollback goes back to the size that the try began with which it takes back") {
  const std::string policy = GENERATE("Pause", "Override");
  CAPTURE(policy);
  World world;
  StartUpdate(world, 2, "0s", {{"onExternalScale", policy}});
  world.CrashAt(3, /*after_it=*/false);
  RunUntil(world, [&] { return world.crashed(); });
  REQUIRE(world.Annotations("web").contains("kubectl.kubernetes.io/original-replicas"));
  REQUIRE(world.Controller("web-2")["spec"]["replicas"] == 0);
  world.Scale("web", 5);
  world.AddUpdate("web", world.update()["spec"]);
  if (policy == "Pause") {
    CHECK(world.Run() == "Paused");
  } else {
    RunUntilScaled(world, 2);
  }
  world.RollBack();
  CheckRolledBack(world, policy == "Pause" ? 5 : 2);
  Proves("RC-8 RC-15 RC-16");
}

// For the user who has given OLD more Pods while the update stood still: they are not taken away.
TEST_CASE("an update that is begun again pauses if the old controller is larger than it was") {
  World world;
  Begin(world, "Pause");
  world.Scale("web", 6);
  world.AddUpdate("web", world.update()["spec"]);
  CHECK(world.Run() == "Paused");
  CHECK(world.message() ==
        "another client scaled ReplicationController web from 2 to 6. Scale web back to 2, or set "
        "spec.onExternalScale to Override or Adopt. With Override, Windlass scales it back. With "
        "Adopt, the desired number becomes the sum of the replicas of both controllers");
  CHECK(world.Controller("web")["spec"]["replicas"] == 6);
  size_t desired = 2;
  SECTION("scaled back, it goes on") { world.Scale("web", 2); }
  SECTION("with Override, too") { world.Edit({{"onExternalScale", "Override"}}); }
  SECTION("with Adopt, all are wanted") {
    desired = 6 + world.Controller("web-2")["spec"]["replicas"].get<size_t>();
    world.Edit({{"onExternalScale", "Adopt"}});
  }
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == desired);
  Proves("RC-16");
}

// kubectl keeps the size of an earlier update, and goes on with another one.
TEST_CASE("a size that does not say whose it is stops no update that is taken over") {
  World world;
  Begin(world, "Pause");
  json& annotations = world.Controller("web")["metadata"]["annotations"];
  annotations.erase("windlass.dev/original-replicas-of");
  annotations["kubectl.kubernetes.io/original-replicas"] = "1";
  world.AddUpdate("web", world.update()["spec"]);
  CHECK(world.Run() == "Succeeded");
  Proves("RC-8 RC-16");
}

// As a client does that has stopped at the scaling: its status is gone.
TEST_CASE("an update that is begun again still answers that the new controller is too large") {
  const std::string policy = GENERATE("Pause", "Adopt", "Override");
  CAPTURE(policy);
  World world;
  Begin(world, policy);
  world.Scale("web-2", 9);
  world.AddUpdate("web", world.update()["spec"]);
  world.Run();
  if (policy == "Pause") {
    CHECK(world.phase() == "Paused");
    CHECK(
        world.message() ==
        "another client scaled ReplicationController web-2 from 2 to 9. Scale web-2 back to 2, or "
        "set spec.onExternalScale to Override or Adopt. With Override, Windlass scales it back. "
        "With Adopt, the desired number becomes the sum of the replicas of both controllers");
    CHECK(world.Controller("web-2")["spec"]["replicas"] == 9);
    world.Scale("web-2", 2);
    world.Run();
  }
  CHECK(world.phase() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == (policy == "Adopt" ? 11 : 2));
  Proves("RC-16");
}

}  // namespace
}  // namespace windlass::replication_controller::rollback_size_test
