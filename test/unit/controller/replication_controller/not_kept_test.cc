// The API server accepts a size and keeps another one, as a mutating admission policy makes it do.
#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::not_kept_test {
namespace {

constexpr const char* kRemedy =
    " Pods from Windlass. Find the mutating admission policy or webhook that changes "
    "spec.replicas, and exempt this ReplicationController from it. Windlass tries again by itself";

// Plays syncs, and time, but not the end of the policy. The update stays Failed.
void CheckIsTold(World& world, const std::string& sizes) {
  CHECK(world.phase() == "Failed");
  CHECK(world.reason() == "WriteRefused");
  CHECK(world.message() == "the API server keeps " + sizes + kRemedy);
  const auto events = world.events();
  CHECK(std::ranges::count(events, "WriteRefused") == 1);
  const size_t writes = world.writes().size();
  world.now = world.now + std::chrono::hours(1);
  CHECK(std::holds_alternative<Failed>(world.Sync()));
  CHECK(world.writes().size() == writes + 1);  // the size, once
  CHECK(world.phase() == "Failed");
  CHECK(world.events() == events);
}

TEST_CASE("a size that is not kept is told, and tried again until it is kept") {
  const std::string policy = GENERATE("Pause", "Override", "Adopt");
  struct Case {
    std::string name;
    int32_t written;
    int32_t kept;
  };
  const Case one = GENERATE(Case{"web-2", 2, 1}, Case{"web-2", 2, 0}, Case{"web-2", 2, 4},
                            Case{"web", 2, 3}, Case{"web", 2, 1});
  CAPTURE(policy, one.name, one.kept);
  World world;
  StartUpdate(world, 4, "0s", {{"onExternalScale", policy}});
  world.change = [&](const Request& request, json& object) {
    if (request.key().name != one.name || request.verb() != Verb::kPatch) return;
    json& replicas = object["spec"]["replicas"];
    if (replicas == one.written) replicas = one.kept;
  };
  RunUntil(world, [&] { return world.phase() == "Failed"; });
  CheckIsTold(world, "replicationcontrollers " +
                         world.update()["metadata"]["namespace"].get<std::string>() + "/" +
                         one.name + " at " + std::to_string(one.kept) +
                         " Pods, although it accepted " + std::to_string(one.written));
  world.change = nullptr;
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Pods().size() == 4);
  Proves("RC-25");
}

TEST_CASE(
    "a new controller that is made with another size gets its size before the update begins") {
  World world;
  StartUpdate(world, 4, "0s");
  world.change = [](const Request& request, json& object) {
    if (request.key().name == "web-2") object["spec"]["replicas"] = 6;
  };
  RunUntil(world, [&] { return world.phase() == "Failed"; });
  CheckIsTold(world, "replicationcontrollers " +
                         world.update()["metadata"]["namespace"].get<std::string>() +
                         "/web-2 at 6 Pods, although it accepted 0");
  world.change = nullptr;
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Pods().size() == 4);
  Proves("RC-25");
}

// Returns a policy that makes 2 replicas of 4 while "web" selects Pods of `version`.
std::function<void(const Request&, json&)> KeepTwo(const std::string& version) {
  return [version](const Request& request, json& object) {
    if (request.key().name != "web" || object["spec"]["selector"]["version"] != version) return;
    json& replicas = object["spec"]["replicas"];
    if (replicas == 4) replicas = 2;
  };
}

TEST_CASE("a size that a rename wrote is not written again after it was kept") {
  World world;
  StartUpdate(world, 4, "0s", {{"cleanup", "Rename"}});
  world.change = KeepTwo("2");
  RunUntil(world, [&] { return world.phase() == "Failed"; });
  world.change = nullptr;
  world.Sync();
  REQUIRE(world.Controller("web")["spec"]["replicas"] == 4);
  CHECK_FALSE(world.update()["status"].contains("scaling"));
  CHECK(world.phase() == "CleaningUp");
  world.Scale("web", 2);  // by a user
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web").size() == 2);
  Proves("RC-25");
}

// For the user whose policy brings the old Pods back just before the rename: the renamed controller
// has as many Pods, and keeps them.
TEST_CASE("a size that Override puts back, and that is not kept, is not noted") {
  World world;
  StartUpdate(world, 4, "0s", {{"cleanup", "Rename"}, {"onExternalScale", "Override"}});
  RunUntil(world, [&] {
    return world.Has("web-2") &&
           world.Controller("web-2")["metadata"].contains("deletionTimestamp");
  });
  world.Scale("web", 4);
  world.change = [](const Request& request, json& object) {
    if (request.key().name == "web") object["spec"]["replicas"] = 4;
  };
  RunUntil(world, [&] { return world.phase() == "Failed"; });
  CHECK(world.reason() == "WriteRefused");
  CHECK_FALSE(world.update()["status"].contains("scaling"));
  world.change = nullptr;
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Controller("web")["spec"]["selector"]["version"] == "2");
  CHECK(world.PodsOf("web").size() == 4);
  Proves("RC-25");
}

// A rollback without a new controller gives "web" 4 replicas, and the API server keeps 2.
void RollBackToTwo(World& world) {
  StartUpdate(world, 4, "0s");
  RunUntilScaled(world, 2);
  world.Remove("web-2");
  world.change = KeepTwo("1");
  world.Edit({{"rollback", true}});
  RunUntil(world, [&] { return world.reason() == "WriteRefused"; });
}

// For the user who edits the update while it is Failed: it does not end with fewer Pods.
TEST_CASE("an edit does not make Windlass forget a size that was not kept") {
  World world;
  json edit = {{"timeout", "6m"}};
  std::string end = "Succeeded";
  SECTION("of a new controller") {
    StartUpdate(world, 4, "0s", {{"onExternalScale", "Adopt"}});
    world.change = [](const Request& request, json& object) {
      if (request.key().name == "web-2") object["spec"]["replicas"] = 6;
    };
    RunUntil(world, [&] { return world.reason() == "WriteRefused"; });
  }
  SECTION("of a rename") {
    const bool turns = GENERATE(false, true);  // a rename cannot be turned round any more
    CAPTURE(turns);
    if (turns) edit = {{"rollback", true}};
    StartUpdate(world, 4, "0s", {{"cleanup", "Rename"}});
    world.change = KeepTwo("2");
    RunUntil(world, [&] { return world.reason() == "WriteRefused"; });
  }
  SECTION("of a rollback") {
    RollBackToTwo(world);
    end = "RolledBack";
  }
  world.Edit(edit);
  CHECK(std::holds_alternative<Failed>(world.Sync()));
  CHECK(world.reason() == "WriteRefused");
  world.change = nullptr;
  CHECK(world.Run() == end);
  CHECK(world.Pods().size() == 4);
  Proves("RC-25");
}

TEST_CASE("a rollback whose size was not kept outlasts a refusal of the next try") {
  World world;
  RollBackToTwo(world);
  world.change = nullptr;
  world.refuse = [](const Request& request) -> std::optional<Error> {
    if (request.resource() != resources::kReplicationControllers || !request.mutates()) return {};
    return Error{ErrorKind::kForbidden, "no right"};
  };
  CHECK(std::holds_alternative<Failed>(world.Sync()));
  world.refuse = nullptr;
  CHECK(world.Run() == "RolledBack");
  CHECK(world.PodsOf("web").size() == 4);
  Proves("RC-25");
}

}  // namespace
}  // namespace windlass::replication_controller::not_kept_test
