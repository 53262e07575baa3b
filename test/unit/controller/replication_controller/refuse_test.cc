// What refuses an update refuses it before anything is written: both controllers and all Pods stay
// as they are.
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::refuse_test {
namespace {

constexpr const char* kSourceId = "kubectl.kubernetes.io/update-source-id";
constexpr const char* kNext = "kubectl.kubernetes.io/next-controller-id";
constexpr const char* kDesired = "kubectl.kubernetes.io/desired-replicas";

constexpr const char* kNoDifferentKey =
    "web-2 must specify a matching key with non-equal value in Selector for web";
constexpr const char* kNoLimit = "spec.maxSurge: \"some\" is not a percentage";

json ToImage(const json& more = json::object()) {
  json spec = {{"image", "web:2"}, {"newName", "web-2"}, {"updatePeriod", "0s"}};
  spec.merge_patch(more);
  return spec;
}

// Creates the new controller as an earlier client made it.
void AddNewController(World& world, const json& selector, const json& annotations) {
  world.AddController("web-2", 0, selector, {{"web", "web:2"}});
  world.Controller("web-2")["metadata"]["annotations"] = annotations;
}

json OfUpdate(World& world, const std::string& desired = "2") {
  return {{kSourceId, "web:" + world.Controller("web")["metadata"]["uid"].get<std::string>()},
          {kDesired, desired}};
}

// Plays the update, which fails with `message` and writes nothing but its status.
void CheckRefused(World& world, const std::string& message) {
  CHECK(world.Run() == "Failed");
  CHECK(world.message().substr(0, message.size()) == message);
  for (const std::string& write : world.writes()) {
    CHECK(write.starts_with("patch replicationcontrollerupdates"));
  }
}

TEST_CASE("an old controller gets no label for an update to an image that is refused") {
  World world("web", 2, {{"app", "web"}});
  const json apart = {{"app", "web"}, {"deployment", "x"}};
  json spec = ToImage();
  std::string message = kNoDifferentKey;
  SECTION("the new one lacks the label") {
    AddNewController(world, {{"app", "web"}}, OfUpdate(world));
  }
  SECTION("the new one has the label that the old one is about to get") {
    world.Controller("web")["spec"]["template"]["metadata"]["labels"]["deployment"] = "x";
    AddNewController(world, apart, OfUpdate(world));
  }
  SECTION("the new one is of no update") {
    AddNewController(world, apart, json::object());
    message = "Missing/unexpected annotations for controller web-2, expected web:";
  }
  SECTION("the new one has no number of replicas to reach") {
    AddNewController(world, apart, OfUpdate(world, "two"));
    message = "Unable to parse annotation for web-2: ";
  }
  SECTION("a limit of an update under way") {
    AddNewController(world, apart, OfUpdate(world));
    spec = ToImage({{"maxSurge", "some"}});
    message = kNoLimit;
  }
  SECTION("a limit, and the new one does not exist") {
    spec = ToImage({{"maxSurge", "some"}});
    message = kNoLimit;
  }
  SECTION("another one selects the new Pods, and they are to be renamed") {
    AddNewController(world, apart, OfUpdate(world));
    world.AddReplicaSet("set", {{"matchLabels", {{"app", "web"}}}});
    spec = ToImage({{"cleanup", "Rename"}});
    message = "ReplicaSet set selects the labels of the new Pods";
  }
  world.AddUpdate("web", spec);
  CheckRefused(world, message);
  Proves("RC-4 RC-6 RC-7 RC-9 RC-14");
}

TEST_CASE("an old controller without the label is told apart by the one that it gets") {
  World world("web", 2, {{"app", "web"}});
  AddNewController(world, {{"app", "web"}, {"deployment", "x"}}, OfUpdate(world));
  world.AddUpdate("web", ToImage());
  CHECK(world.Run() == "Succeeded");
  CHECK(world.lines().front() == "Found existing update in progress (web-2), resuming.");
  CHECK(world.PodsOf("web-2").size() == 2);
  Proves("RC-4 RC-6");
}

// The name of a new controller may end in the hash that its Pods get as a label. The old one has
// that label already if it was made so itself.
TEST_CASE("no controller is created that selects the old Pods") {
  World world;
  const std::string hash = "0123456789abcdef0123456789abcdef";
  world.AddController("web", 2, {{"app", "web"}, {"deployment", hash}});
  world.AddUpdate("web", ToImage({{"newName", "web-" + hash}}));
  CheckRefused(world, "web-" + hash + " must specify a matching key with non-equal value");
  CHECK_FALSE(world.Has("web-" + hash));
  Proves("RC-4");
}

TEST_CASE("a new controller that cannot be updated to is not claimed") {
  World world("web", 2, {{"app", "web"}});
  AddNewController(world, {{"app", "web"}}, {{kDesired, "2"}});
  world.AddUpdate("web", {{"newName", "web-2"}});
  CheckRefused(world, kNoDifferentKey);
  Proves("RC-1 RC-4");
}

// For the user who mends the cause and says the same or something else again.
TEST_CASE("a creation that the API server refuses leaves the old controller as it is") {
  World world("web", 2, {{"app", "web"}});
  const auto [kind, message] = GENERATE(table<ErrorKind, std::string>({
      {ErrorKind::kInvalid, "ReplicationController \"web-2\" is invalid: metadata.name"},
      {ErrorKind::kQuotaExceeded, "exceeded quota: two"},
      {ErrorKind::kForbidden, "admission webhook \"a.b\" denied the request: no"},
  }));
  bool refuses = true;
  world.refuse = [&](const Request& request) -> std::optional<Error> {
    const bool creates = request.verb() == Verb::kDryRunCreate || request.verb() == Verb::kCreate;
    if (refuses && creates) return Error{kind, message};
    return std::nullopt;
  };
  world.AddUpdate("web", ToImage());
  const json before = world.Controller("web");
  CheckRefused(world,
               "the API server refused to create replicationcontrollers ns/web-2: " + message);
  CHECK(world.Controller("web") == before);
  // Another name, or none, is free to choose.
  refuses = false;
  world.Edit({{"newName", nullptr}, {"image", "web:3"}});
  CHECK(world.Run() == "Succeeded");
  CHECK_FALSE(world.Has("web-2"));
  Proves("RC-6 RC-20");
}

TEST_CASE("an API server that cannot say whether it would create is asked to create") {
  World world("web", 2, {{"app", "web"}});
  const ErrorKind kind = GENERATE(ErrorKind::kInvalid, ErrorKind::kAlreadyExists);
  world.refuse = [&](const Request& request) -> std::optional<Error> {
    if (request.verb() != Verb::kDryRunCreate) return std::nullopt;
    Error error{kind, "no"};
    if (kind == ErrorKind::kInvalid) error.detail = ErrorDetail::kNoDryRun;
    return error;
  };
  world.AddUpdate("web", ToImage());
  CHECK(world.Run() == "Succeeded");
  Proves("RC-20");
}

TEST_CASE("an API server in trouble is asked again whether it would create") {
  World world("web", 2, {{"app", "web"}});
  bool busy = true;
  world.refuse = [&](const Request& request) -> std::optional<Error> {
    if (!busy || request.verb() != Verb::kDryRunCreate) return std::nullopt;
    return Error{ErrorKind::kThrottled, "slow down"};
  };
  world.AddUpdate("web", ToImage());
  CHECK(std::holds_alternative<Failed>(world.Sync()));
  CHECK(world.writes().empty());
  busy = false;
  CHECK(world.Run() == "Succeeded");
  Proves("RC-20");
}

// For the user who takes it back: what was changed must not be called nothing.
TEST_CASE("a creation that is refused after the old one was labelled can be taken back") {
  World world("web", 2, {{"app", "web"}});
  world.refuse = [&](const Request& request) -> std::optional<Error> {
    if (request.verb() != Verb::kCreate) return std::nullopt;
    return Error{ErrorKind::kQuotaExceeded, "exceeded quota: two"};
  };
  world.AddUpdate("web", ToImage());
  CHECK(world.Run() == "Failed");
  CHECK(world.Controller("web")["metadata"]["annotations"].contains(kNext));
  CHECK(world.update()["status"].contains("target"));
  CHECK(world.RollBack() == "RolledBack");
  CHECK_FALSE(world.Controller("web")["metadata"]["annotations"].contains(kNext));
  CHECK(world.PodsOf("web").size() == 2);
  Proves("RC-15 RC-20");
}

TEST_CASE("a size that cannot be noted after the new one was claimed is not called nothing") {
  World world("web", 2, {{"app", "web"}, {"version", "1"}});
  AddNewController(world, {{"app", "web"}, {"version", "2"}}, {{kDesired, "2"}});
  world.refuse = [&](const Request& request) -> std::optional<Error> {
    const bool notes = request.body().find("original-replicas") != std::string::npos;
    if (notes && request.mutates()) return Error{ErrorKind::kForbidden, "no"};
    return std::nullopt;
  };
  world.AddUpdate("web", {{"newName", "web-2"}, {"updatePeriod", "0s"}});
  CHECK(world.Run() == "Failed");
  CHECK(world.update()["status"].contains("target"));
  Proves("RC-20");
}

TEST_CASE("an old controller gets no size for a rollback that is refused") {
  World world("web", 2, {{"app", "web"}});
  json spec = {{"newName", "web-2"}, {"rollback", true}};
  std::string message =
      "web must specify a matching key with non-equal value in Selector for web-2";
  SECTION("no label tells the two apart") {
    AddNewController(world, {{"app", "web"}}, OfUpdate(world));
  }
  SECTION("a limit") {
    world.Controller("web")["spec"]["selector"]["version"] = "1";
    world.Controller("web")["spec"]["template"]["metadata"]["labels"]["version"] = "1";
    for (auto& [name, pod] : world.pods()) pod["metadata"]["labels"]["version"] = "1";
    AddNewController(world, {{"app", "web"}, {"version", "2"}}, OfUpdate(world));
    spec["maxSurge"] = "some";
    message = kNoLimit;
  }
  world.AddUpdate("web", spec);
  CheckRefused(world, message);
  CHECK(world.lines().empty());
  Proves("RC-4 RC-9 RC-15");
}

// Serves who has a large ReplicationController: all Pods were exchanged, and the rename stuck.
TEST_CASE("an update to an image is refused whose rename needs too large an annotation") {
  World world("web", 2, {{"app", "web"}});
  json& web = world.Controller("web");
  json spec = {{"image", "web:2"}, {"updatePeriod", "0s"}};
  size_t in_template = 0;
  size_t beside = 0;
  std::string key = "kubectl.kubernetes.io/last-applied-configuration";
  SECTION("a small template beside large annotations") {
    in_template = 10000;
    beside = 252000;
    key = "team";
  }
  SECTION("the template alone") { in_template = 270000; }
  SECTION("the template beside what its users noted") {
    in_template = 120000;
    beside = 150000;
  }
  json& container = web["spec"]["template"]["spec"]["containers"][0];
  container["env"] = {{{"name", "E"}, {"value", std::string(in_template, 'a')}}};
  if (beside > 0) {
    web["metadata"]["annotations"][key] = std::string(beside, 'a');
  }
  world.AddUpdate("web", spec);
  CheckRefused(world, "to rename web-");
  CHECK(world.reason() == "InvalidUpdate");
  CHECK(world.message().find("together may take 262144 bytes. Set spec.cleanup to Delete") !=
        std::string::npos);
  world.Edit({{"cleanup", "Delete"}, {"newName", "web-2"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 2);
  Proves("RC-14 RC-20");
}

// Returns the content of a new controller with 2,000 containers. Its template takes 80 KB as it is
// written, and 336 KB with the defaults of AddDefaults.
json ManyContainers() {
  json containers = json::array({{{"name", "web"}, {"image", "web:2"}}});
  for (int i = 1; i < 2000; ++i) {
    containers.push_back({{"name", "web-" + std::to_string(i)}, {"image", "web:2"}});
  }
  json content = kFile;
  content["spec"]["template"]["spec"]["containers"] = std::move(containers);
  return content;
}

// What the API server adds to each container.
void AddDefaults(json& created) {
  for (json& container : created["spec"]["template"]["spec"]["containers"]) {
    container["resources"] = json::object();
    container["terminationMessagePath"] = "/dev/termination-log";
    container["terminationMessagePolicy"] = "File";
    container["imagePullPolicy"] = "IfNotPresent";
  }
}

// Serves who gives a short file: the update was refused at its rename, when all Pods were replaced.
TEST_CASE("an update is refused whose rename needs too large an annotation with all defaults") {
  World world("web", 2, {{"app", "web"}, {"version", "1"}});
  world.webhook = &AddDefaults;
  const json before = world.Controller("web");
  const json spec = {{"newName", "web-2"}, {"controller", ManyContainers()}};
  world.AddUpdate("web", spec);
  world.Edit({{"cleanup", "Rename"}, {"updatePeriod", "0s"}});
  CheckRefused(world, "to rename web-2 to web, Windlass has to store the new controller");
  CHECK(world.reason() == "InvalidUpdate");
  CHECK(world.Controller("web") == before);
  CHECK_FALSE(world.Has("web-2"));
  world.Edit({{"cleanup", "Delete"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web-2").size() == 2);
  Proves("RC-14 RC-20");
}

// The new controller then counts as Windlass asks for it.
TEST_CASE("a rename needs room in the annotations also if the API server makes no dry run") {
  World world("web", 2, {{"app", "web"}});
  world.refuse = [&](const Request& request) -> std::optional<Error> {
    if (request.verb() != Verb::kDryRunCreate) return std::nullopt;
    return Error{.kind = ErrorKind::kInvalid, .message = "no", .detail = ErrorDetail::kNoDryRun};
  };
  json& container = world.Controller("web")["spec"]["template"]["spec"]["containers"][0];
  container["env"] = {{{"name", "E"}, {"value", std::string(270000, 'a')}}};
  world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}});
  CheckRefused(world, "to rename web-");
  Proves("RC-14");
}

// A webhook adds the label by which a third controller selects.
TEST_CASE("an update is refused whose new Pods another one would adopt by a webhook's label") {
  World world("web", 2, {{"app", "web"}});
  world.AddReplicaSet("other", {{"matchLabels", {{"team", "shop"}}}});
  world.webhook = [](json& created) {
    created["spec"]["template"]["metadata"]["labels"]["team"] = "shop";
  };
  world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}});
  CheckRefused(world, "ReplicaSet other selects the labels of the new Pods");
  CHECK(world.reason() == "SelectedByAnother");
  Proves("RC-14");
}

TEST_CASE("an update to an image is renamed whose template fits into an annotation") {
  World world("web", 2, {{"app", "web"}});
  json& container = world.Controller("web")["spec"]["template"]["spec"]["containers"][0];
  container["env"] = {{{"name", "E"}, {"value", std::string(250000, 'a')}}};
  world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web").size() == 2);
}

}  // namespace
}  // namespace windlass::replication_controller::refuse_test
