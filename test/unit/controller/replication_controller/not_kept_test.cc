// The API server accepts a size and keeps another one, as a mutating admission policy makes it do.
#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "controller/replication_controller/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::not_kept_test {
namespace {

constexpr const char* kRemedy =
    " Pods. Find the mutating admission policy or webhook that changes "
    "spec.replicas, and exempt this ReplicationController from it, so that the update can go on";

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
                         " Pods, although it accepted a request for " +
                         std::to_string(one.written));
  world.change = nullptr;
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Pods().size() == 4);
  Proves("RC-25");
}

// Plays the update until it tells that a size is not kept, outside of the scaling. The update goes
// on, and does not fail.
void RunUntilTold(World& world, const std::string& sizes) {
  RunUntil(world, [&] { return world.reason() == "WriteRefused"; });
  CHECK(world.phase() != "Failed");
  const std::string end =
      " Pods. Find the mutating admission policy or webhook that changes "
      "spec.replicas, and exempt this ReplicationController from it. Once the update has ended, "
      "look "
      "at the size, and correct it if it is wrong";
  CHECK(world.message() == "the API server keeps replicationcontrollers " +
                               world.update()["metadata"]["namespace"].get<std::string>() + "/" +
                               sizes + end);
}

// Returns a policy that makes 2 replicas of 4 while "web" selects Pods of `version`.
std::function<void(const Request&, json&)> KeepTwo(const std::string& version) {
  return [version](const Request& request, json& object) {
    if (request.key().name != "web" || object["spec"]["selector"]["version"] != version) return;
    json& replicas = object["spec"]["replicas"];
    if (replicas == 4) replicas = 2;
  };
}

// Whom this serves: who has a policy for sizes. The policy stays, and each update ends
// nevertheless, with the size that is kept.
TEST_CASE("a size that is not kept outside of the scaling is told once, and the update goes on") {
  World world;
  std::string end = "Succeeded";
  size_t pods = 2;
  SECTION("of a new controller") {
    StartUpdate(world, 4, "0s");
    world.change = [](const Request& request, json& object) {
      if (request.verb() == Verb::kCreate) object["spec"]["replicas"] = 2;
    };
    RunUntilTold(world, "web-2 at 2 Pods, although it accepted a request for 0");
    pods = 4;
  }
  SECTION("of a rename") {
    StartUpdate(world, 4, "0s", {{"cleanup", "Rename"}});
    world.change = KeepTwo("2");
    RunUntilTold(world, "web at 2 Pods, although it accepted a request for 4");
  }
  SECTION("of a rollback without a new controller") {
    StartUpdate(world, 4, "0s");
    RunUntilScaled(world, 2);
    world.Remove("web-2");
    world.change = KeepTwo("1");
    world.Edit({{"rollback", true}});
    RunUntilTold(world, "web at 2 Pods, although it accepted a request for 4");
    end = "RolledBack";
  }
  SECTION("of a patch that does not name the size") {
    StartUpdate(world, 4, "0s");
    world.change = [](const Request& request, json& object) {
      const bool names = request.body().find("\"spec\"") != std::string::npos;
      if (request.key().name == "web-2" && request.verb() == Verb::kPatch && !names) {
        json& replicas = object["spec"]["replicas"];
        if (replicas == 4) replicas = 2;
      }
    };
    RunUntilTold(world, "web-2 at 2 Pods, although it accepted a request for 4");
  }
  CHECK(world.Run() == end);
  CHECK(world.Pods().size() == pods);
  CHECK(std::ranges::count(world.events(), "WriteRefused") == 1);
  Proves("RC-25");
}

// Whom this serves: who has a webhook that removes annotations it does not know.
TEST_CASE("a patch whose change the API server drops is told, and tried again") {
  World world;
  StartUpdate(world, 4, "0s");
  world.change = [](const Request& request, json& object) {
    if (request.verb() != Verb::kPatch || !object["metadata"].contains("annotations")) return;
    object["metadata"]["annotations"].erase(std::string(kOriginalReplicas));
  };
  RunUntil(world, [&] { return world.reason() == "WriteRefused"; });
  CHECK(world.message().find("did not keep the change") != std::string::npos);
  CHECK(world.phase() == "Preparing");
  world.now = world.now + std::chrono::hours(1);
  CHECK(std::holds_alternative<Failed>(world.Sync()));
  CHECK(std::ranges::count(world.events(), "WriteRefused") == 1);
  world.change = nullptr;
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Pods().size() == 4);
  Proves("RC-25");
}

// Whom this serves: who deletes the old controller while Windlass waits for the end of the policy.
TEST_CASE("the only controller that is left is not scaled down by the update") {
  World world;
  StartUpdate(world, 2, "0s");
  world.change = [](const Request& request, json& object) {
    if (request.key().name == "web-2") object["spec"]["replicas"] = 2;
  };
  RunUntil(world, [&] { return world.reason() == "WriteRefused"; });
  world.Remove("web");
  world.change = nullptr;
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 2);
  Proves("RC-25");
}

// For the user whose policy brings the old Pods back just before the rename: the renamed controller
// has as many Pods, and keeps them.
TEST_CASE("a size that Override puts back before a rename, and that is not kept, is told") {
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
  RunUntilTold(world, "web at 4 Pods, although it accepted a request for 0");
  CHECK(std::holds_alternative<Wait>(world.Sync()));
  CHECK(std::ranges::count(world.events(), "WriteRefused") == 1);
  world.change = nullptr;
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Controller("web")["spec"]["selector"]["version"] == "2");
  CHECK(world.PodsOf("web").size() == 4);
  Proves("RC-25");
}

// For the user who edits the update while it is Failed: it does not end with fewer Pods.
TEST_CASE("after an edit, a scaling that was not kept is made, too") {
  World world;
  StartUpdate(world, 4, "0s");
  world.change = [](const Request& request, json& object) {
    json& replicas = object["spec"]["replicas"];
    if (request.key().name == "web-2" && replicas == 2) replicas = 1;
  };
  RunUntil(world, [&] { return world.reason() == "WriteRefused"; });
  world.Edit({{"timeout", "6m"}});
  RunUntil(world, [&] { return world.reason() == "WriteRefused"; });
  world.change = nullptr;
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 4);
  Proves("RC-25");
}

}  // namespace
}  // namespace windlass::replication_controller::not_kept_test
