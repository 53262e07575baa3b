// Others that select, scale, delete or update one of the controllers.
#include <algorithm>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::others_test {
namespace {

TEST_CASE("a rename is refused before anything is touched if another one selects the new Pods") {
  World world;
  StartUpdate(world, 4, "1s", {{"newName", nullptr}, {"controller", nullptr}, {"image", "web:2"}});
  std::string other = "ReplicationController other";
  SECTION("ReplicationController") { world.AddController("other", 2, {{"app", "web"}}); }
  SECTION("ReplicaSet") {
    other = "ReplicaSet set";
    world.AddReplicaSet(
        "set", {{"matchLabels", {{"app", "web"}}},
                {"matchExpressions",
                 json::array({{{"key", "version"}, {"operator", "In"}, {"values", {"1", "2"}}},
                              {{"key", "tier"}, {"operator", "DoesNotExist"}}})}});
  }
  const json before = world.Controller("web");
  world.Sync();
  CHECK(world.phase() == "Failed");
  CHECK(world.reason() == "SelectedByAnother");
  const std::string name = world.update()["status"]["newName"];
  CHECK(world.message() ==
        other + " selects the labels of the new Pods, so it would adopt them while " + name +
            " is renamed to web. " +
            (other.starts_with("ReplicaSet ") ? "Set"
                                              : "Change the selector of " + other + ", or set") +
            " spec.cleanup to Delete: then the new ReplicationController keeps its name");
  CHECK(world.Controller("web") == before);
  world.Edit({{"cleanup", "Delete"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf(name).size() == 4);
  Proves("RC-14");
}

TEST_CASE("others that select the new Pods are asked for before the first write and the rename") {
  World world("web", 4, {{"app", "web"}});
  world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "1s"}});
  REQUIRE(world.Run() == "Succeeded");
  CHECK(std::ranges::count(world.reads(), "list replicasets ns") == 2);
  Proves("RC-14");
}

TEST_CASE("a controller that appears on the way and selects the new Pods holds up the rename") {
  World world;
  StartUpdate(world, 4, "1s", {{"newName", nullptr}, {"controller", nullptr}, {"image", "web:2"}});
  for (int i = 0; i < 5; ++i) {
    world.Sync();
    world.Settle();
  }
  const std::string name = world.update()["status"]["newName"];
  REQUIRE(world.Has(name));
  world.AddController("other", 2, {{"app", "web"}});
  world.Run();
  CHECK(world.reason() == "SelectedByAnother");
  CHECK(world.PodsOf(name).size() == 4);
  CHECK(world.Orphans().empty());
  world.controllers().erase("other");
  world.now = world.now + seconds(31);
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web").size() == 4);
}

TEST_CASE("who selects other Pods, or nothing is renamed, holds nothing up") {
  World world;
  json spec = {{"newName", nullptr}, {"controller", nullptr}, {"image", "web:2"}};
  SECTION("another label") { world.AddController("other", 2, {{"app", "other"}}); }
  SECTION("one label more") { world.AddController("other", 2, {{"app", "web"}, {"tier", "x"}}); }
  SECTION("no selector") { world.AddReplicaSet("set", json::object()); }
  SECTION("an expression") {
    world.AddReplicaSet(
        "set", {{"matchLabels", {{"app", "web"}}},
                {"matchExpressions",
                 json::array({{{"key", "version"}, {"operator", "NotIn"}, {"values", {"1"}}}})}});
  }
  SECTION("no rename") {
    world.AddController("other", 2, {{"app", "web"}});
    spec = json::object();
  }
  SECTION("no right to list ReplicaSets") {
    world.refuse = [](const Request& request) -> std::optional<Error> {
      if (request.resource() != resources::kReplicaSets) return std::nullopt;
      return Error{ErrorKind::kForbidden, "forbidden"};
    };
  }
  StartUpdate(world, 4, "1s", spec);
  CHECK(world.Run() == "Succeeded");
}

TEST_CASE("a client that may not list Services updates without that warning") {
  World world;
  world.refuse = [](const Request& request) -> std::optional<Error> {
    if (request.Describe() != "list services ns") return std::nullopt;
    return Error{ErrorKind::kForbidden, "forbidden"};
  };
  StartUpdate(world, 4, "1s");
  world.AddService("old", {{"app", "web"}, {"version", "1"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(std::ranges::count(world.events(), "ServiceSelectsOldPods") == 0);
  Proves("RC-17");
}

TEST_CASE("a Service that selects only the old Pods is warned about, and no other") {
  World world;
  StartUpdate(world, 4, "1s");
  world.AddService("both", {{"app", "web"}});
  world.AddService("old", {{"app", "web"}, {"version", "1"}});
  world.AddService("new", {{"app", "web"}, {"version", "2"}});
  world.AddService("other", {{"app", "other"}});
  world.AddService("of-others", {{"app", "other"}, {"version", "1"}});
  world.AddService("none", nullptr);
  CHECK(world.Run() == "Succeeded");
  const auto warnings = std::ranges::count(world.events(), "ServiceSelectsOldPods");
  CHECK(warnings == 1);
  CHECK(world.events()[0] == "ServiceSelectsOldPods");
  CHECK(world.messages()[0] ==
        "Service old loses its Pods in the update, because the new Pods do not match the label "
        "version of its selector. Remove this label from the selector of Service old");
  Proves("RC-17");
}

// For the user who follows the advice: all labels have to go, also one that the new Pods lack.
TEST_CASE("a Service is warned about with every label that the new Pods do not have") {
  World world("web", 2, {{"app", "web"}, {"track", "stable"}, {"version", "1"}});
  world.AddUpdate("web", {{"newName", "web-2"}, {"controller", kFile}, {"updatePeriod", "0s"}});
  world.AddService("narrow", {{"app", "web"}, {"track", "stable"}, {"version", "1"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(std::ranges::count(world.events(), "ServiceSelectsOldPods") == 1);
  CHECK(
      world.messages()[0] ==
      "Service narrow loses its Pods in the update, because the new Pods do not match the labels "
      "track and version of its selector. Remove these labels from the selector of Service narrow");
  Proves("RC-17");
}

TEST_CASE("a scaling by somebody else pauses the update until it is put back") {
  const std::string scaled = GENERATE("web", "web-2");
  CAPTURE(scaled);
  World world;
  StartUpdate(world, 4, "1s");
  RunUntilScaled(world, 2);
  const int32_t was = world.Controller(scaled)["spec"]["replicas"];
  world.Scale(scaled, 9);
  CHECK(world.Run() == "Paused");
  CHECK(world.reason() == "ExternalScale");
  CHECK(world.message() ==
        "another client scaled ReplicationController " + scaled + " from " + std::to_string(was) +
            " to 9. Scale " + scaled + " back to " + std::to_string(was) +
            ", or set spec.onExternalScale to Override or Adopt. With Override, Windlass scales it "
            "back. With Adopt, the desired number becomes the sum of the replicas of both "
            "controllers");
  CHECK(world.Controller(scaled)["spec"]["replicas"] == 9);
  world.Scale(scaled, was);
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Controller("web-2")["spec"]["replicas"] == 4);
  Proves("RC-16");
}

// For the user who reads AVAILABLE during a pause: kubelets do not pause.
TEST_CASE("a paused update counts the Pods that become available in the pause") {
  const bool by_spec = GENERATE(false, true);
  const int min_ready_seconds = GENERATE(0, 5);
  CAPTURE(by_spec, min_ready_seconds);
  World world;
  StartUpdate(world, 4, "1s", {{"minReadySeconds", min_ready_seconds}});
  world.pods_get_ready = false;
  RunUntilScaled(world, 1);
  if (by_spec) {
    world.Edit({{"paused", true}});
  } else {
    world.Scale("web", 2);
  }
  CHECK(world.Run() == "Paused");
  CHECK(world.update()["status"]["availableReplicas"] == 0);
  world.MakeReady("web-2", 1);
  CHECK(world.Run() == "Paused");
  CHECK(world.update()["status"]["availableReplicas"] == 1);
  CHECK(world.Controller("web-2")["spec"]["replicas"] == 1);
  CHECK(std::ranges::count(world.events(), "ExternalScale") == (by_spec ? 0 : 1));
  Proves("RC-16");
}

TEST_CASE("a scaling by somebody else is adopted: both sizes together are desired") {
  World world;
  StartUpdate(world, 4, "1s", {{"onExternalScale", "Adopt"}});
  RunUntilScaled(world, 2);
  const int32_t old = world.Controller("web")["spec"]["replicas"];
  world.Scale("web-2", 6);
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Controller("web-2")["spec"]["replicas"] == old + 6);
  CHECK(world.PodsOf("web-2").size() == static_cast<size_t>(old) + 6);
  Proves("RC-16");
}

TEST_CASE("a scaling by somebody else is overridden") {
  World world;
  StartUpdate(world, 4, "1s", {{"onExternalScale", "Override"}});
  RunUntilScaled(world, 2);
  const int32_t old = world.Controller("web")["spec"]["replicas"];
  world.Scale("web", 30);
  world.Sync();
  CHECK(world.Controller("web")["spec"]["replicas"] == old);
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Controller("web-2")["spec"]["replicas"] == 4);
  Proves("RC-16");
}

TEST_CASE("a scaling at the very end keeps the old controller from being deleted") {
  World world;
  StartUpdate(world, 4, "1s");
  world.after_write = [&] {
    if (world.phase() == "CleaningUp" && world.Controller("web")["spec"]["replicas"] == 0) {
      world.Scale("web", 3);
    }
  };
  CHECK(world.Run() == "Paused");
  CHECK(world.Has("web"));
  CHECK(world.PodsOf("web").size() == 3);
  Proves("RC-13 RC-16");
}

TEST_CASE("a new controller that somebody deletes keeps the old one from being deleted") {
  World world;
  StartUpdate(world, 4, "1s");
  world.after_write = [&] {
    if (world.phase() != "CleaningUp") return;
    world.Controller("web-2")["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  };
  for (int i = 0; i < 100 && world.phase() != "CleaningUp"; ++i) {
    world.Sync();
    if (world.phase() != "CleaningUp") world.Settle();
    world.now = world.now + seconds(1);
  }
  CHECK(world.message() == "waiting for ReplicationController web-2 to be deleted");
  CHECK(world.Has("web"));
  CHECK(world.Run() == "Failed");
  CHECK(world.reason() == "NotFound");
  CHECK(world.Has("web"));
  Proves("RC-13");
}

TEST_CASE("nothing is scaled while one of the two is being deleted") {
  const std::string deleted = GENERATE("web", "web-2");
  CAPTURE(deleted);
  World world;
  StartUpdate(world, 4, "1s");
  RunUntilScaled(world, 2);
  world.Controller(deleted)["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  world.Controller(deleted)["metadata"]["resourceVersion"] = "99999";
  const json before = world.controllers();
  for (int i = 0; i < 30; ++i) {
    world.Sync();
    world.now = world.now + seconds(1);
  }
  CHECK(json(world.controllers()) == before);
  CHECK(world.message() == "waiting for ReplicationController " + deleted + " to be deleted");
}

TEST_CASE("a controller that is in the middle of another update is not updated") {
  World world;
  StartUpdate(world, 4, "1s");
  RunUntilScaled(world, 2);
  const json before = world.controllers();
  SECTION("as the target") {
    json third = kFile;
    third["spec"]["selector"]["version"] = "3";
    third["spec"]["template"]["metadata"]["labels"]["version"] = "3";
    world.AddUpdate("web-2", {{"newName", "web-3"}, {"controller", third}});
    world.Run();
    CHECK(world.message() ==
          "ReplicationController web-2 replaces ReplicationController web in another update. Wait "
          "until that update has ended, and begin this update again. If there is no such update, "
          "remove the annotation kubectl.kubernetes.io/update-source-id from web-2");
  }
  SECTION("as the source") {
    world.AddController("web-0", 1, {{"app", "web"}, {"version", "0"}});
    world.Controller("web")["metadata"]["annotations"].update(
        {{"kubectl.kubernetes.io/update-source-id",
          "web-0:" + world.Controller("web-0")["metadata"]["uid"].get<std::string>()},
         {"kubectl.kubernetes.io/desired-replicas", "4"}});
    world.AddUpdate("web-0", {{"newName", "web"}});
    world.Run();
    CHECK(world.message() ==
          "ReplicationController web is itself being replaced by a third ReplicationController in "
          "another update. Wait until that update has ended, and begin this update again. If there "
          "is no such update, remove the annotation windlass.dev/original-replicas-of from web");
  }
  CHECK(world.phase() == "Failed");
  CHECK(world.reason() == "OtherName");
  CHECK(world.Controller("web-2")["spec"] == before["web-2"]["spec"]);
  CHECK(world.Controller("web")["spec"] == before["web"]["spec"]);
}

TEST_CASE("what asks for the next update of the new controller stays") {
  World world;
  StartUpdate(world, 4, "1s");
  RunUntilScaled(world, 2);
  world.Controller("web-2")["metadata"]["annotations"]["windlass.dev/rolling-update-to"] = "web-3";
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Annotations("web-2") == json{{"windlass.dev/rolling-update-to", "web-3"}});
  Proves("RC-13");
}

// The user of a local update scales web to 0 by hand, and repeats the command.
TEST_CASE("an old controller without Pods is not deleted before the new ones are available") {
  World world;
  world.local = GENERATE(false, true);
  json file = kFile;
  file["spec"]["replicas"] = 3;
  StartUpdate(world, 3, "0s", {{"timeout", "60s"}, {"controller", file}});
  world.Scale("web", 0);
  world.pods_get_ready = false;
  RunUntilScaled(world, 3);
  for (int i = 0; i < 5; ++i) {
    world.Settle();
    world.Sync();
  }
  CHECK(world.Has("web"));
  SECTION("they get ready") {
    world.pods_get_ready = true;
    CHECK(world.Run() == "Succeeded");
    CHECK_FALSE(world.Has("web"));
  }
  SECTION("they do not") {
    world.Run();
    CHECK(world.reason() == "TimedOut");
    CHECK(world.Has("web"));
  }
  Proves("RC-10");
}

// A quota of Pods has room for the old ones alone: the user goes on with maxUnavailable 1.
TEST_CASE("new Pods that cannot be made do not keep old ones from going") {
  World world;
  StartUpdate(world, 2, "0s", {{"timeout", "20s"}});
  world.pods_max = 2;
  world.Run();
  REQUIRE(world.reason() == "TimedOut");
  world.Edit({{"maxSurge", 0}, {"maxUnavailable", 1}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 2);
  Proves("RC-10");
}

TEST_CASE("an annotation that somebody edits does not make the old controller another one") {
  World world;
  StartUpdate(world, 3, "0s");
  RunUntilScaled(world, 2);
  json& annotations = world.Controller("web-2")["metadata"]["annotations"];
  const json before = annotations["kubectl.kubernetes.io/update-source-id"];
  annotations["kubectl.kubernetes.io/update-source-id"] = "web:typo";
  world.Run();
  CHECK(world.reason() == "UnexpectedAnnotations");
  annotations["kubectl.kubernetes.io/update-source-id"] = before;
  CHECK(world.Run() == "Succeeded");
  CHECK_FALSE(world.Has("web"));
  Proves("RC-7");
}

}  // namespace
}  // namespace windlass::replication_controller::others_test
