// What the new controller is made of, and which one that exists already is taken for it.
#include <algorithm>
#include <set>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::new_controller_test {
namespace {

constexpr const char* kSourceId = "kubectl.kubernetes.io/update-source-id";
constexpr const char* kDesired = "kubectl.kubernetes.io/desired-replicas";

TEST_CASE("a file without replicas means as many as the old controller has") {
  struct Row {
    json replicas;
    int32_t want;  // 0: refused
  };
  const Row row = GENERATE(values<Row>({{nullptr, 3}, {5, 5}, {1, 1}, {0, 0}, {-1, 0}}));
  CAPTURE(row.replicas);
  World world;
  StartUpdate(world, 3, "0s", {{"controller", {{"spec", {{"replicas", row.replicas}}}}}});
  world.Run();
  if (row.want == 0) {
    CHECK(world.phase() == "Failed");
    CHECK(world.message() == "Invalid controller spec for web-2; required: > 0 replicas, actual: " +
                                 row.replicas.dump() +
                                 ". Give the new ReplicationController at least 1 replica");
    CHECK_FALSE(world.Has("web-2"));
  } else {
    CHECK(world.phase() == "Succeeded");
    CHECK(world.Controller("web-2")["spec"]["replicas"] == row.want);
  }
  Proves("RC-3");
}

TEST_CASE(
    "a new controller of an image has the old one's labels and annotations, and no replicas") {
  World world("web", 2, {{"app", "web"}, {"deployment", "a"}});
  json& metadata = world.Controller("web")["metadata"];
  metadata["labels"] = {{"team", "shop"}};
  metadata["annotations"] = {
      {"example.com/owner", "me"},
      {"kubectl.kubernetes.io/last-applied-configuration", "{}"},
      {"kubectl.kubernetes.io/original-replicas", "1"},
      {"kubectl.kubernetes.io/next-controller-id", "web-2"},
      {"windlass.dev/original-replicas-of", "00000000-0000-4000-8000-000000000099"}};
  const std::string source_id = "web:" + metadata["uid"].get<std::string>();
  world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}, {"cleanup", "Preserve"}});
  json created;
  world.after_write = [&] {
    if (world.Has("web-2") && created.is_null()) created = world.Controller("web-2");
  };
  CHECK(world.Run() == "Succeeded");
  CHECK(created["spec"]["replicas"] == 0);
  CHECK(created["metadata"]["labels"] == json{{"team", "shop"}});
  CHECK(created["metadata"]["annotations"] == json{{"example.com/owner", "me"},
                                                   {kSourceId, source_id},
                                                   {kDesired, "2"},
                                                   {"windlass.dev/cleanup", "Preserve"}});
  Proves("RC-7");
}

// For the user who deletes a new controller with --cascade=orphan and rolls the same version again.
TEST_CASE("a new controller has a replica for each Pod without an owner that it selects") {
  struct Row {
    int32_t left;
    int32_t want;  // replicas at the creation
  };
  const Row row = GENERATE(values<Row>({{0, 0}, {2, 2}, {3, 3}, {5, 3}}));
  CAPTURE(row.left);
  World world;
  world.local = GENERATE(false, true);
  StartUpdate(world, 3, "0s");
  LeaveOrphans(world, row.left);
  const std::set<std::string> left = world.Orphans();
  json created;
  world.after_write = [&] {
    if (world.Has("web-2") && created.is_null()) created = world.Controller("web-2");
  };
  CHECK(world.Run() == "Succeeded");
  CHECK(created["spec"]["replicas"] == row.want);
  const std::set<std::string> pods = world.PodsOf("web-2");
  CHECK(pods.size() == 3);
  CHECK(std::ranges::includes(row.left > 3 ? left : pods, row.left > 3 ? pods : left));
  Proves("RC-7");
}

// "web-2" was created by its user, for an update that the annotation of "web" asks for.
TEST_CASE("a new controller is claimed if it has no replicas, a size to reach and no source yet") {
  struct Row {
    std::string name;
    int32_t replicas;
    json annotations;
    bool claimed;
  };
  const Row row = GENERATE(values<Row>({
      {"prepared", 0, {{kDesired, "2"}}, true},
      {"it has Pods", 1, {{kDesired, "2"}}, false},
      {"without a size", 0, json::object(), false},
      {"it replaces another", 0, {{kDesired, "2"}, {kSourceId, "other:1"}}, false},
  }));
  CAPTURE(row.name);
  World world("web", 2, {{"app", "web"}, {"version", "1"}});
  world.AddController("web-2", row.replicas, {{"app", "web"}, {"version", "2"}});
  world.Controller("web-2")["metadata"]["annotations"] = row.annotations;
  const json before = world.controllers();
  world.AddUpdate("web", {{"newName", "web-2"}, {"updatePeriod", "0s"}});
  CHECK(world.Run() == (row.claimed ? "Succeeded" : "Failed"));
  if (!row.claimed) {
    CHECK(world.reason() == "UnexpectedAnnotations");
    CHECK(json(world.controllers()) == before);
  }
  Proves("RC-1 RC-7");
}

}  // namespace
}  // namespace windlass::replication_controller::new_controller_test
