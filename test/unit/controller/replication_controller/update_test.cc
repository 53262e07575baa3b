// A whole rolling update: what it says, what it leaves behind, and how it waits.
#include <algorithm>
#include <string>
#include <vector>

#include "kubeclient/api/fingerprint_text.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::update_test {
namespace {

using Lines = std::vector<std::string>;

const json kOldLabels = {{"app", "web"}, {"version", "1"}};

json WithFile(json more = json::object()) {
  json spec = {{"newName", "web-2"}, {"controller", kFile}, {"updatePeriod", "1s"}};
  spec.merge_patch(more);
  return spec;
}

void Start(World& world, int32_t replicas, const json& spec) {
  world.AddController("web", replicas, kOldLabels);
  world.AddUpdate("web", spec);
}

TEST_CASE("an update with a file says what kubectl says, and deletes the old controller") {
  World world;
  Start(world, 3, WithFile());
  CHECK(world.Run() == "Succeeded");
  CHECK(world.lines() ==
        Lines{"Created web-2",
              "Scaling up web-2 from 0 to 3, scaling down web from 3 to 0 (keep 3 pods available, "
              "don't exceed 4 pods)",
              "Scaling web-2 up to 1", "Scaling web down to 2", "Scaling web-2 up to 2",
              "Scaling web down to 1", "Scaling web-2 up to 3", "Scaling web down to 0",
              "Update succeeded. Deleting web",
              "replicationcontroller/web-2 rolling updated to \"web-2\""});
  CHECK_FALSE(world.Has("web"));
  CHECK(world.Controller("web-2")["spec"]["replicas"] == 3);
  CHECK(world.Annotations("web-2").empty());
  CHECK(world.PodsOf("web-2").size() == 3);
  CHECK(world.Pods().size() == 3);
  CHECK(world.events() ==
        std::vector<std::string>{"RollingUpdateStarted", "ScalingReplicationController",
                                 "ScalingReplicationController", "ScalingReplicationController",
                                 "ScalingReplicationController", "ScalingReplicationController",
                                 "ScalingReplicationController", "RollingUpdateComplete"});
  Proves("RC-12 RC-13");
}

// For the user of an update that is under way while Windlass is upgraded: if the hash changed, the
// update would begin anew. Version 0.1.0 hashed this text, and the order of its members.
TEST_CASE("the hash of a file stays the same") {
  World world;
  Start(world, 3, WithFile());
  CHECK(world.Run() == "Succeeded");
  const std::string pod_template = kFile["spec"]["template"].dump();
  const std::string text = R"(["","","",{"labels":{"app":"web"},"annotations":{},"replicas":null,)"
                           R"("minReadySeconds":0,"selector":{"app":"web","version":"2"},)"
                           R"("template":)" +
                           json(pod_template).dump() + "}]";
  CHECK(world.update()["status"]["target"] == "web-2/" + HexOf(FingerprintOf(text)));
  Proves("RC-20");
}

TEST_CASE("the new controller is created empty, with kubectl's annotations and its cleanup") {
  World world;
  Start(world, 3, WithFile({{"controller", {{"spec", {{"replicas", 5}}}}}}));
  json created;
  json old;
  world.after_write = [&] {
    if (world.Has("web-2") && created.is_null()) created = world.Controller("web-2");
    if (world.Has("web")) old = world.Annotations("web");
  };
  world.Run();
  CHECK(created["spec"]["replicas"] == 0);
  const std::string uid = "00000000-0000-4000-8000-000000000001";
  CHECK(created["metadata"]["annotations"] ==
        json{{"kubectl.kubernetes.io/update-source-id", "web:" + uid},
             {"kubectl.kubernetes.io/desired-replicas", "5"},
             {"windlass.dev/cleanup", "Delete"}});
  CHECK(old["kubectl.kubernetes.io/original-replicas"] == "3");
  CHECK(world.Controller("web-2")["spec"]["replicas"] == 5);
  Proves("RC-7 RC-8");
}

TEST_CASE("minReadySeconds of the new controller is kept, also by a rename") {
  const std::string cleanup = GENERATE("Delete", "Rename");
  World world;
  Start(world, 1,
        WithFile({{"cleanup", cleanup}, {"controller", {{"spec", {{"minReadySeconds", 7}}}}}}));
  world.Controller("web")["spec"]["minReadySeconds"] = 3;
  CHECK(world.Run() == "Succeeded");
  REQUIRE(world.controllers().size() == 1);
  CHECK(world.controllers().begin()->second["spec"]["minReadySeconds"] == 7);
  Proves("RC-3 RC-14");
}

TEST_CASE("Preserve keeps the old controller, without Pods and annotations") {
  World world;
  Start(world, 2, WithFile({{"cleanup", "Preserve"}}));
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Controller("web")["spec"]["replicas"] == 0);
  CHECK(world.Annotations("web").empty());
  CHECK(world.Annotations("web-2").empty());
  CHECK(world.lines().back() == "replicationcontroller/web-2 rolling updated to \"web-2\"");
  Proves("RC-13");
}

TEST_CASE("an old Pod goes updatePeriod after the last scaling, and new ones at once") {
  World world;
  Start(world, 2, WithFile({{"updatePeriod", "1m"}}));
  std::vector<int64_t> times;
  size_t said = 0;
  world.after_write = [&] {
    for (; said < world.lines().size(); ++said) {
      if (world.lines()[said].starts_with("Scaling web")) times.push_back(world.now.unix_seconds);
    }
  };
  world.Run();
  REQUIRE(times.size() == 4);  // up, down, up, down
  CHECK(times[1] - times[0] >= 60);
  CHECK(times[1] - times[0] <= 62);
  CHECK(times[2] - times[1] <= 3);
  CHECK(times[3] - times[2] >= 60);
  Proves("RC-10 RC-18");
}

TEST_CASE("without progress the update fails after its own timeout") {
  World world;
  Start(world, 1, WithFile({{"timeout", "2s"}}));
  world.pods_get_ready = false;
  CHECK(world.Run() == "Failed");
  CHECK(world.reason() == "TimedOut");
  CHECK(world.message() == "timed out waiting for any update progress to be made");
  CHECK(world.Controller("web")["spec"]["replicas"] == 1);
  // Kubectl waits five minutes, whatever --timeout says.
  CHECK(world.now.unix_seconds < 1000000 + 30);

  // It stays failed, although the Pod is ready now, until somebody asks for another try.
  world.pods_get_ready = true;
  CHECK(world.Run() == "Failed");
  world.Edit({{"timeout", "1m"}});
  CHECK(world.Run() == "Succeeded");
  const Lines lines = world.lines();
  CHECK(std::ranges::count(lines, "Continuing update with existing controller web-2.") == 1);
  Proves("RC-11");
}

TEST_CASE("progress puts the deadline off") {
  World world;
  Start(world, 3, WithFile({{"timeout", "10s"}, {"updatePeriod", "8s"}}));
  CHECK(world.Run() == "Succeeded");
  CHECK(world.now.unix_seconds > 1000000 + 20);
  Proves("RC-11");
}

TEST_CASE("a Pod counts when it is ready for minReadySeconds") {
  World world;
  Start(world, 1, WithFile({{"minReadySeconds", 30}}));
  std::optional<int64_t> scaled_down;
  world.after_write = [&] {
    if (!world.Has("web")) return;
    if (world.Controller("web")["spec"]["replicas"] == 0 && !scaled_down) {
      scaled_down = world.now.unix_seconds;
    }
  };
  world.Run();
  REQUIRE(scaled_down);
  CHECK(*scaled_down >= 1000000 + 30);
  CHECK(*scaled_down <= 1000000 + 40);
  Proves("RC-10");
}

TEST_CASE("a paused update goes on where it stood, with a new deadline") {
  World world;
  Start(world, 2, WithFile({{"paused", true}, {"timeout", "5s"}}));
  CHECK(world.Run() == "Paused");
  CHECK_FALSE(world.Has("web-2"));
  world.Edit({{"paused", false}});
  for (int i = 0; i < 4; ++i) {
    world.Sync();
    world.Settle();
  }
  world.Edit({{"paused", true}});
  CHECK(world.Run() == "Paused");
  world.now = world.now + seconds(3600);
  world.Edit({{"paused", false}});
  CHECK(world.Run() == "Succeeded");
}

TEST_CASE("the same update, decided twice, is the same") {
  World one;
  World other;
  for (World* world : {&one, &other}) {
    Start(*world, 3, WithFile());
    world->Run();
  }
  CHECK(one.writes() == other.writes());
  CHECK(one.lines() == other.lines());
}

TEST_CASE("an update that its user prepared by hand is claimed") {
  World world("web", 2, kOldLabels);
  world.AddController("web-2", 0, {{"app", "web"}, {"version", "2"}});
  world.Controller("web-2")["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/desired-replicas", "2"}};
  world.AddUpdate("web", {{"newName", "web-2"}, {"updatePeriod", "0s"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.lines().front() == "Continuing update with existing controller web-2.");
  CHECK(world.Controller("web-2")["spec"]["replicas"] == 2);
  Proves("RC-1");
}

// For whoever reads the error: an update that could not begin does not begin behind their back.
TEST_CASE("an update whose new controller cannot be created has ended, until its spec changes") {
  World world;
  Start(world, 2, WithFile());
  bool refuses = true;
  world.refuse = [&](const Request& request) -> std::optional<Error> {
    if (refuses && request.verb() == Verb::kCreate) {
      return Error{ErrorKind::kQuotaExceeded, "exceeded quota"};
    }
    return std::nullopt;
  };
  CHECK(world.Run() == "Failed");
  CHECK(world.reason() == "WriteRefused");
  CHECK(world.message() ==
        "the API server refused to create replicationcontrollers ns/web-2: exceeded quota");
  CHECK_FALSE(world.update()["status"].contains("target"));
  refuses = false;
  const size_t writes = world.writes().size();
  world.Run();
  CHECK(world.writes().size() == writes);
  world.Edit({{"timeout", "6m"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.lines().front() == "Created web-2");
  Proves("RC-20");
}

// Manifests may be applied in any order.
TEST_CASE("an update that is there before its ReplicationController begins when that is created") {
  World world;
  world.AddUpdate("web", WithFile({{"updatePeriod", "0s"}}));
  CHECK(world.Run() == "Failed");
  CHECK(world.reason() == "NotFound");
  world.AddController("web", 2, kOldLabels);
  CHECK(world.Run() == "Succeeded");
  Proves("RC-20");
}

TEST_CASE("a webhook that cannot be called is waited for, also before the first scaling") {
  World world;
  Start(world, 2, WithFile());
  bool refuses = true;
  world.refuse = [&](const Request& request) -> std::optional<Error> {
    if (refuses && request.verb() == Verb::kCreate) return Error{ErrorKind::kWebhook, "no answer"};
    return std::nullopt;
  };
  REQUIRE(std::holds_alternative<Failed>(world.Sync()));
  CHECK(world.phase() == "Preparing");
  CHECK(world.reason() == "WriteRefused");
  const size_t writes = world.writes().size();
  CHECK(std::holds_alternative<Failed>(world.Sync()));
  CHECK(world.writes().size() == writes);  // the status says so already
  refuses = false;
  CHECK(world.Run() == "Succeeded");
  Proves("RC-20");
}

TEST_CASE("a write that is refused after the first scaling is told, and tried again") {
  World world;
  StartUpdate(world, 4, "0s");
  RunUntilScaled(world, 1);
  bool refuses = true;
  world.refuse = [&](const Request& request) -> std::optional<Error> {
    const bool scales = request.resource() == resources::kReplicationControllers;
    if (refuses && scales && request.mutates()) return Error{ErrorKind::kForbidden, "no right"};
    return std::nullopt;
  };
  RunUntil(world, [&] { return world.phase() == "Failed"; });
  CHECK(world.reason() == "WriteRefused");
  CHECK(std::holds_alternative<Failed>(world.Sync()));
  refuses = false;
  CHECK(world.Run() == "Succeeded");
  Proves("RC-20");
}

TEST_CASE("the lines of a status are bounded, and their number tells what is missing") {
  World world;
  Start(world, 80, WithFile({{"updatePeriod", "0s"}}));
  CHECK(world.Run() == "Succeeded");
  CHECK(world.update()["status"]["lines"].size() == 100);
  CHECK(world.update()["status"]["lineCount"] == 2 + 160 + 2);
  CHECK(world.lines().size() == 164);
  Proves("RC-12");
}

TEST_CASE("a second update of the same object begins anew, and its lines go on counting") {
  World world;
  Start(world, 1, WithFile({{"cleanup", "Rename"}}));
  REQUIRE(world.Run() == "Succeeded");
  const size_t said = world.lines().size();
  world.Edit({{"newName", "web-3"},
              {"controller",
               {{"spec",
                 {{"selector", {{"version", "3"}}},
                  {"template", {{"metadata", {{"labels", {{"version", "3"}}}}}}}}}}}});
  CHECK(world.Run() == "Succeeded");
  REQUIRE(world.lines().size() > said);
  CHECK(world.lines()[said] == "Created web-3");
  CHECK(world.Controller("web")["spec"]["selector"]["version"] == "3");
  CHECK(world.controllers().size() == 1);
}

TEST_CASE("a controller with the same selector of Pods of its own is not touched") {
  World world("other", 2, kOldLabels);
  const auto others = world.PodsOf("other");
  Start(world, 2, WithFile());
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("other") == others);
}

}  // namespace
}  // namespace windlass::replication_controller::update_test
