// An update with --image: names, labels, the order in which the old controller is relabelled, and
// what is refused.
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::image_test {
namespace {

constexpr const char* kNext = "kubectl.kubernetes.io/next-controller-id";

json ToImage(const std::string& image, json more = json::object()) {
  json spec = {{"image", image}, {"updatePeriod", "0s"}};
  spec.merge_patch(more);
  return spec;
}

json ImagesOf(const json& controller) {
  json images = json::object();
  for (const json& container : controller["spec"]["template"]["spec"]["containers"]) {
    images[container["name"].get<std::string>()] = container["image"];
  }
  return images;
}

TEST_CASE("an image is rolled out under the old name, with every Pod kept on the way") {
  World world("web", 3, {{"app", "web"}});
  const json uid = world.Controller("web")["metadata"]["uid"];
  world.AddUpdate("web", ToImage("web:2"));
  CHECK(world.Run() == "Succeeded");
  CHECK(world.lines().back() == "replicationcontroller/web rolling updated");
  CHECK(world.controllers().size() == 1);
  const json& web = world.Controller("web");
  CHECK(web["metadata"]["uid"] == uid);
  CHECK(ImagesOf(web) == json{{"web", "web:2"}});
  CHECK(web["spec"]["replicas"] == 3);
  CHECK(world.Annotations("web").empty());
  CHECK(world.PodsOf("web").size() == 3);
  CHECK(world.Orphans().empty());
  CHECK(world.pods_created() == 6);
  Proves("RC-5 RC-14");
}

TEST_CASE("the new name is kept in the annotation before the controller exists") {
  World world("web", 1, {{"app", "web"}});
  world.AddUpdate("web", ToImage("web:2"));
  std::string noted;
  world.after_write = [&] {
    if (world.controllers().size() == 2 && noted.empty()) {
      noted = world.Annotations("web").value(kNext, "missing");
      CHECK(world.Has(noted));
      CHECK(noted.starts_with("web-"));
      CHECK(noted.size() == 4 + 32);
      const json& created = world.Controller(noted);
      const json& selector = created["spec"]["selector"];
      CHECK(selector["app"] == "web");
      CHECK(noted == "web-" + selector["deployment"].get<std::string>());
      CHECK(created["spec"]["template"]["metadata"]["labels"] == selector);
    }
  };
  world.Run();
  CHECK_FALSE(noted.empty());
  Proves("RC-5");
}

TEST_CASE("no Pod is lost when the old controller gets the label") {
  World world("web", 3, {{"app", "web"}});
  const auto pods = world.Pods();
  world.AddUpdate("web", ToImage("web:2"));
  world.controller_manager_on = false;
  world.Sync();  // the template has the label
  CHECK(world.Controller("web")["spec"]["template"]["metadata"]["labels"].contains("deployment"));
  CHECK(world.message().starts_with("waiting for the replication controller to observe"));

  // A replication controller that has not seen the template makes one more Pod without the label.
  json late = world.pods().begin()->second;
  late["metadata"]["name"] = "web-late";
  late["metadata"]["uid"] = "99999999-0000-4000-8000-000000000001";
  world.pods()["web-late"] = late;
  world.Sync();
  CHECK_FALSE(world.Controller("web")["spec"]["selector"].contains("deployment"));
  world.pods().erase("web-late");

  world.controller_manager_on = true;
  world.Settle();
  bool selected = false;
  world.after_write = [&] {
    if (selected || !world.Controller("web")["spec"]["selector"].contains("deployment")) return;
    selected = true;
    for (const auto& [name, pod] : world.pods()) {
      CHECK(pod["metadata"]["labels"].contains("deployment"));
    }
    world.Settle();
    CHECK(world.PodsOf("web") == pods);
  };
  world.Run();
  CHECK(selected);
  CHECK(world.phase() == "Succeeded");
  CHECK(world.Orphans().empty());
  Proves("RC-6");
}

TEST_CASE("a Pod that only the API server knows holds the selector back") {
  World world("web", 2, {{"app", "web"}});
  world.AddUpdate("web", ToImage("web:2"));
  json late;
  int checks = 0;
  // The list shows a Pod that the cache does not have: here it comes between the two.
  world.after_write = [&] {
    if (world.writes().back().starts_with("patch pods") && late.is_null()) {
      late = world.pods().begin()->second;
      late["metadata"]["name"] = "web-zzz";
      late["metadata"]["uid"] = "99999999-0000-4000-8000-000000000001";
      late["metadata"]["labels"].erase("deployment");
      world.pods()["web-zzz"] = late;
    }
    if (world.Controller("web")["spec"]["selector"].contains("deployment") && checks++ == 0) {
      CHECK(world.pods()["web-zzz"]["metadata"]["labels"].contains("deployment"));
    }
  };
  world.Run();
  CHECK(checks > 0);
  CHECK(world.phase() == "Succeeded");
  Proves("RC-6");
}

TEST_CASE("another selector key is used if the update says so") {
  World world("web", 1, {{"app", "web"}});
  world.AddUpdate("web", ToImage("web:2", {{"deploymentLabelKey", "rev"}}));
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Controller("web")["spec"]["selector"].contains("rev"));
}

TEST_CASE("the same image is rolled out again and again with a pull policy") {
  World world("web", 1, {{"app", "web"}});
  world.AddUpdate("web", ToImage("web:1", {{"imagePullPolicy", "Always"}}));
  REQUIRE(world.Run() == "Succeeded");
  const json first = world.Controller("web")["spec"]["selector"]["deployment"];
  world.Edit({{"imagePullPolicy", "Never"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.Controller("web")["spec"]["selector"]["deployment"] != first);
  const json& container = world.Controller("web")["spec"]["template"]["spec"]["containers"][0];
  CHECK(container["imagePullPolicy"] == "Never");
  Proves("RC-5");
}

TEST_CASE("what cannot be updated to an image is refused with kubectl's words") {
  struct Row {
    std::string name;
    json containers;
    json spec;
    std::string want;
  };
  const Row row = GENERATE(values<Row>({
      {"two containers",
       {{"web", "web:1"}, {"log", "log:1"}},
       ToImage("web:2"),
       "must specify container to update when updating a multi-container pod"},
      {"unknown container",
       {{"web", "web:1"}},
       ToImage("web:2", {{"container", "log"}}),
       "container log not found in pod"},
      {"no containers", json::object(), ToImage("web:2"), "pod has no containers! (web)"},
      {"same image",
       {{"web", "web:1"}},
       ToImage("web:1"),
       "--image-pull-policy (Always|Never|IfNotPresent) must be provided when --image is the same "
       "as existing container image"},
      {"same image of the second container",
       {{"a", "a:1"}, {"web", "web:1"}},
       ToImage("web:1", {{"container", "web"}}),
       "--image-pull-policy (Always|Never|IfNotPresent) must be provided when --image is the same "
       "as existing container image"},
      {"the same name",
       {{"web", "web:1"}},
       ToImage("web:2", {{"newName", "web"}}),
       "web cannot have the same name as the existing ReplicationController web"},
      {"no name",
       {{"web", "web:1"}},
       json::object(),
       "the spec names no new controller: set spec.newName or spec.image"},
      {"nothing to make it of",
       {{"web", "web:1"}},
       {{"newName", "web-2"}},
       "there is no ReplicationController \"web-2\". Create it with 0 replicas and the annotation "
       "kubectl.kubernetes.io/desired-replicas, or set spec.image or spec.controller"},
  }));
  CAPTURE(row.name);
  World world("web", 1, {{"app", "web"}}, row.containers);
  const json before = world.Controller("web");
  world.AddUpdate("web", row.spec);
  CHECK(world.Run() == "Failed");
  CHECK(world.message() == row.want);
  CHECK(world.Controller("web") == before);
  CHECK(world.controllers().size() == 1);
  Proves("RC-4 RC-5");
}

// A name that Windlass makes up exists nowhere yet, so the user cannot know it.
TEST_CASE("an update of no replicas is refused with kubectl's words, and with the way on") {
  const std::string named = GENERATE("web", "web-2");
  CAPTURE(named);
  World world("web", 0, {{"app", "web"}});
  json more = json::object();
  if (named != "web") more["newName"] = named;
  world.AddUpdate("web", ToImage("web:2", more));
  CHECK(world.Run() == "Failed");
  CHECK(world.message() ==
        "Invalid controller spec for " + named +
            "; required: > 0 replicas, actual: 0. ReplicationController web has 0 replicas, so "
            "there are no Pods to replace. Scale it up, and begin this update again");
  CHECK(world.controllers().size() == 1);
  Proves("RC-3");
}

TEST_CASE("an update under way to another image is not taken for this one") {
  World world("web", 1, {{"app", "web"}}, {{"a", "a:1"}, {"web", "web:1"}});
  world.AddUpdate("web", ToImage("web:2", {{"container", "web"}}));
  world.pods_get_ready = false;
  for (int i = 0; i < 6; ++i) {
    world.Sync();
    world.Settle();
  }
  REQUIRE(world.controllers().size() == 2);
  world.AddUpdate("web", ToImage("web:3", {{"container", "web"}}));
  world.Run();
  CHECK(world.reason() == "OtherImage");
  CHECK(world.message() ==
        "Found existing in-progress update to image (web:2).\nEither continue in-progress update "
        "with --image=web:2 or rollback with --rollback");
  // The first container has another image, which kubectl would compare.
  world.AddUpdate("web", ToImage("web:2", {{"container", "web"}}));
  world.pods_get_ready = true;
  CHECK(world.Run() == "Succeeded");
  const std::vector<std::string> lines = world.lines();
  CHECK(std::ranges::any_of(lines, [](const std::string& line) {
    return line.starts_with("Found existing update in progress (web-") &&
           line.ends_with("), resuming.");
  }));
  Proves("RC-5");
}

// A registry mirror, say. For the user who would otherwise meet the image as another update's.
TEST_CASE("an image that a webhook changes is refused before anything is written") {
  World world;
  world.local = GENERATE(false, true);
  world.AddController("web", 3, {{"app", "web"}});
  const json before = world.Controller("web");
  world.webhook = [](json& created) {
    json& image = created["spec"]["template"]["spec"]["containers"][0]["image"];
    if (image == "web:2") image = "mirror/web:2";
  };
  world.AddUpdate("web", ToImage("web:2"));
  world.Run();
  CHECK(world.reason() == "InvalidUpdate");
  CHECK(world.message() ==
        "a webhook changes the image web:2 to mirror/web:2. Update to the image that the webhook "
        "sets");
  CHECK(world.Controller("web") == before);
  CHECK(world.controllers().size() == 1);
  // Which works.
  world.Edit({{"image", "mirror/web:2"}});
  CHECK(world.Run() == "Succeeded");
  CHECK(world.PodsOf("web").size() == 3);
  Proves("RC-5 RC-20");
}

// For the user whose application would run the sidecar's image.
TEST_CASE("a container that a webhook puts before the others is not the one that is updated") {
  World world("web", 2, {{"app", "web"}});
  world.webhook = [](json& created) {
    json& containers = created["spec"]["template"]["spec"]["containers"];
    containers.insert(containers.begin(), json{{"name", "proxy"}, {"image", "proxy:1"}});
  };
  world.local = GENERATE(false, true);
  world.AddUpdate("web", ToImage("web:2"));
  const bool cut_off = GENERATE(false, true);  // when the old one has become the new one
  if (cut_off) {
    RunUntil(world, [&] { return !world.Has("web-2") && world.Orphans().size() == 2; });
    world.CrashAt(0, /*after_it=*/true);
  }
  CHECK(world.Run() == "Succeeded");
  CHECK(ImagesOf(world.Controller("web")) == json{{"proxy", "proxy:1"}, {"web", "web:2"}});
  Proves("RC-5");
}

TEST_CASE("an image that somebody edits in the new controller stops the update") {
  World world;
  StartUpdate(world, 3, "0s", {{"controller", nullptr}, {"image", "web:2"}});
  RunUntilScaled(world, 2);
  world.Controller("web-2")["spec"]["template"]["spec"]["containers"][0]["image"] = "web:3";
  world.Run();
  CHECK(world.reason() == "OtherImage");
  CHECK(world.Has("web"));
  Proves("RC-5");
}

// A client that plans the update reads the object from another source than Windlass does.
TEST_CASE("the name of the new controller does not depend on the order of fields") {
  SymbolTable symbols;
  Decoder decoder(symbols);
  const auto hash = [&](const std::string& pod_template) {
    const auto controller = DecodeReplicationController(
        decoder, R"({"metadata":{"name":"web","namespace":"ns","uid":)"
                 R"("00000000-0000-4000-8000-000000000001","resourceVersion":"1"},"spec":)"
                 R"({"selector":{"app":"web"},"template":)" +
                     pod_template + "}}");
    REQUIRE(controller.ok());
    return HashOf(*controller, "deployment", "web:2");
  };
  const std::string labels = R"("metadata":{"labels":{"app":"web"}})";
  CHECK(hash("{" + labels + R"(,"spec":{"containers":[{"name":"a","image":"b"}]}})") ==
        hash(R"({"spec":{"containers":[{"image":"b","name":"a"}]},)" + labels + "}"));
  Proves("RC-5");
}

}  // namespace
}  // namespace windlass::replication_controller::image_test
