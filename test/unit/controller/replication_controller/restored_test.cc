// An old controller that was deleted and restored from a backup: it has another uid, and its
// annotations are those of an update.
#include "controller/replication_controller/planner.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::restored_test {
namespace {

// Replaces "web" by one of `replicas` Pods with the same annotations.
void Restore(World& world, int32_t replicas) {
  const json annotations = world.Annotations("web");
  world.Remove("web");
  world.AddController("web", replicas, {{"app", "web"}, {"version", "1"}});
  if (!annotations.empty()) world.Controller("web")["metadata"]["annotations"] = annotations;
}

std::optional<Error> RefuseDeletion(const Request& request) {
  if (request.verb() != Verb::kDelete) return std::nullopt;
  return Error{ErrorKind::kForbidden, "not now"};
}

// An update that has scaled is asked to go back to what was restored.
void BeginRollback(World& world) {
  StartUpdate(world, 3, "0s");
  RunUntilScaled(world, 2);
  Restore(world, 2);
  world.AddUpdate("web", {{"newName", "web-2"}, {"rollback", true}, {"updatePeriod", "0s"}});
}

TEST_CASE("a rollback goes back to a restored old controller, also if it is cut off") {
  World whole;
  whole.local = GENERATE(false, true);
  BeginRollback(whole);
  const size_t before = whole.writes().size();
  REQUIRE(whole.Run() == "RolledBack");
  const int writes = static_cast<int>(whole.writes().size() - before);
  const bool after_it = GENERATE(false, true);
  for (int call = 0; call < writes; ++call) {
    CAPTURE(whole.local, after_it, call);
    World world;
    world.local = whole.local;
    BeginRollback(world);
    world.CrashAt(call, after_it);
    world.Run();
    // Once the annotations are gone a client has nothing to go on with.
    const bool is_over = world.local && call >= writes - (after_it ? 2 : 1);
    CHECK(world.phase() == (is_over ? "Failed" : "RolledBack"));
    CHECK_FALSE(world.Has("web-2"));
    CHECK(world.PodsOf("web").size() == 3);
    CHECK(world.Annotations("web").empty());
  }
  Proves("RC-15 RC-18");
}

TEST_CASE("a rollback to a restored old controller with the names swapped is refused") {
  World world;
  BeginRollback(world);
  RunUntil(world, [&] {
    return world.Annotations("web").contains("kubectl.kubernetes.io/update-source-id");
  });
  world.Controller("web")["metadata"]["annotations"]["kubectl.kubernetes.io/next-controller-id"] =
      "web-2";
  const auto before = world.Pods();
  world.AddUpdate("web-2", {{"newName", "web"}, {"rollback", true}});
  world.Run();
  CHECK(world.reason() == "OtherName");
  CHECK(world.Pods() == before);
  Proves("RC-15");
}

TEST_CASE("a finalizer of the new controller does not hide that the old one is back") {
  World world;
  BeginRollback(world);
  world.Controller("web-2")["metadata"]["finalizers"] = {"backup.example/keep"};
  CHECK(world.Run() == "RolledBack");
  CHECK(world.PodsOf("web").size() == 3);
  Proves("RC-15");
}

TEST_CASE("what was restored is not deleted at the end of an update") {
  const std::string cleanup = GENERATE("Delete", "Rename", "Preserve");
  const std::string policy = GENERATE("Pause", "Adopt", "Override");
  CAPTURE(cleanup, policy);
  World world;
  StartUpdate(world, 3, "0s", {{"cleanup", cleanup}, {"onExternalScale", policy}});
  SECTION("in the middle of the scaling") { RunUntilScaled(world, 2); }
  SECTION("at the end") {
    if (cleanup == "Preserve") return;
    world.refuse = RefuseDeletion;
    world.Run();
    REQUIRE(world.reason() == "WriteRefused");
    world.refuse = nullptr;
  }
  Restore(world, 2);
  world.Run();
  CHECK(world.reason() == "UnexpectedAnnotations");
  CHECK(world.Has("web-2"));
  CHECK(world.PodsOf("web").size() == 2);
  // The user takes it back.
  CHECK(world.RollBack() == "RolledBack");
  CHECK(world.PodsOf("web").size() == 3);
  Proves("RC-13 RC-7");
}

// For the user whose old controller came back from its manifest, with other replicas.
TEST_CASE("a rollback that has only to delete leaves one alone that was made anew") {
  World world;
  StartUpdate(world, 3, "0s");
  RunUntilScaled(world, 2);
  world.Edit({{"rollback", true}});
  world.refuse = RefuseDeletion;
  world.Run();
  REQUIRE(world.reason() == "WriteRefused");
  world.refuse = nullptr;
  world.Remove("web");
  world.AddController("web", 1, {{"app", "web"}, {"version", "1"}});
  world.Run();
  CHECK(world.reason() == "OldControllerDeleted");
  CHECK(world.Has("web-2"));
  Proves("RC-13");
}

// As kubectl does that was killed in its cleanup, and as its user may by hand.
TEST_CASE("an old controller that its update has not deleted is not taken for another") {
  World world;
  StartUpdate(world, 3, "0s");
  world.refuse = RefuseDeletion;
  world.Run();
  world.refuse = nullptr;
  world.Controller("web-2")["metadata"]["annotations"].erase(
      "kubectl.kubernetes.io/update-source-id");
  world.Run();
  CHECK(world.reason() == "UnexpectedAnnotations");
  CHECK(world.Has("web"));
  Proves("RC-7 RC-13");
}

TEST_CASE("a size to reach alone is no rollback that has ended") {
  World world;
  world.local = true;
  world.AddController("web", 3, {{"app", "web"}, {"version", "1"}});
  world.Controller("web")["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/desired-replicas", "3"}};
  world.AddUpdate("web", {{"rollback", true}});
  world.Run();
  CHECK(world.reason() == "NothingToRollBack");
  Proves("RC-15");
}

TEST_CASE("what was restored takes over the Pods of a rename") {
  World world;
  world.local = GENERATE(false, true);
  StartUpdate(world, 3, "0s", {{"cleanup", "Rename"}});
  world.refuse = RefuseDeletion;
  world.Run();
  world.refuse = nullptr;
  world.Edit({{"timeout", "7m"}});
  RunUntil(world, [&] { return world.Orphans().size() == 3 && !world.Has("web-2"); });
  Restore(world, 0);
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web").size() == 3);
  CHECK(world.Annotations("web").empty());
  Proves("RC-14");
}

TEST_CASE("one that its user makes for the Pods that a rename left takes them over") {
  World world;
  StartUpdate(world, 3, "0s", {{"cleanup", "Rename"}});
  RunUntil(world, [&] { return world.Orphans().size() == 3 && !world.Has("web-2"); });
  world.Remove("web");
  world.AddController("web", 0, {{"app", "web"}, {"version", "2"}});
  world.Scale("web", 3);
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web").size() == 3);
  CHECK(world.Pods().size() == 3);
  Proves("RC-14");
}

}  // namespace
}  // namespace windlass::replication_controller::restored_test
