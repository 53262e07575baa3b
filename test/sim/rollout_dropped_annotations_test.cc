// A Rollout at a pause, and a tool or an admission webhook that drops the annotations of its
// ReplicaSets: the revisions, and the note of the one that was complete.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/rollout_object.h"
#include "test/sim/sample_objects.h"
#include "test/sim/two_kinds.h"

namespace windlass::sim::rollout_dropped_annotations_test {
namespace {

constexpr uint64_t kSeed = 23;
constexpr Duration kLimit = seconds(3600);
const std::string kName = "web";

void Drop(World& world, const std::string& name) {
  const StoreKey key{resources::kReplicaSets, "default", name};
  const Object rs = world.api().Find(key);
  if (rs == nullptr || !(*rs)["metadata"].contains("annotations")) return;
  world.api().Update("user", key, "",
                     [](Json& object) { object["metadata"].erase("annotations"); });
}

// Revision 1 was complete, and one Pod of its canary waits at a pause. With `webhook`, no
// ReplicaSet ever keeps an annotation.
struct Scene {
  explicit Scene(bool webhook) : world(kSeed) {
    if (webhook) {
      world.api().Update("user", {resources::kNamespaces, "", "default"}, "", [](Json& object) {
        object["metadata"]["annotations"]["windlass.example/no-annotations"] = "true";
      });
    }
    Json web = SampleRollout(kName, 6, "app:v1");
    web["spec"]["strategy"]["steps"] = Json::parse(R"([{"setUpdated": 1}, {"pause": {}}])");
    world.Apply(web);
    windlass.emplace(world, ClientOptions{}, RolloutsAlone());
    REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
    stable = NameOf(*world.ReplicaSets(kName, kRollouts).back());
    world.RunFor(seconds(2));  // the stable ReplicaSet is the older one by its creationTimestamp
    world.SetImage(kName, "app:v2", kRollouts);
    REQUIRE(world.Quiesce());
    for (const Object& rs : world.ReplicaSets(kName, kRollouts)) {
      if (NameOf(*rs) != stable) canary = NameOf(*rs);
    }
    REQUIRE(SizeOf(canary) == 1);
  }
  int64_t SizeOf(const std::string& name) {
    return ReplicasOf(*world.api().Find({resources::kReplicaSets, "default", name}));
  }
  Json Status() { return (*world.api().Find({resources::kRollouts, "default", kName}))["status"]; }

  World world;
  std::optional<WindlassProcess> windlass;
  std::string stable;
  std::string canary;
};

// Whom this serves: whoever approves a canary. Nobody promoted it.
TEST_CASE("A pause holds, and an abort goes back, whoever drops annotations (RO-057, RO-136)") {
  const bool webhook = GENERATE(false, true);
  CAPTURE(webhook);
  Scene scene(webhook);
  if (!webhook) {
    Drop(scene.world, scene.stable);
    Drop(scene.world, scene.canary);
  }
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.SizeOf(scene.canary) == 1);
  CHECK(scene.Status()["stableRevision"] == 1);
  CHECK(scene.Status()["currentRevision"] == 2);
  for (const int size : {5, 6, 3, 6, 0, 6}) {
    scene.world.Scale(kName, size, kRollouts);
    REQUIRE(scene.world.Quiesce());
    CHECK(scene.SizeOf(scene.canary) <= 1);
  }
  CHECK(scene.SizeOf(scene.canary) + scene.SizeOf(scene.stable) == 6);
  CHECK(scene.Status()["currentRevision"] == 2);
  scene.world.Edit(kName, {{"spec", {{"abort", true}}}}, kRollouts);
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.SizeOf(scene.canary) == 0);
  CHECK(scene.SizeOf(scene.stable) == 6);
  CHECK(scene.Status()["phase"] == "Aborted");
  Proves("RO-136");
}

// What a tool has dropped once is there again, so that later tools and users find it.
TEST_CASE("The stable ReplicaSet gets its revision and its note again (RO-121, RO-136)") {
  Scene scene(false);
  Drop(scene.world, scene.stable);
  REQUIRE(scene.world.Quiesce());
  const Object rs = scene.world.api().Find({resources::kReplicaSets, "default", scene.stable});
  const Json annotations = (*rs)["metadata"]["annotations"];
  CHECK(annotations["deployment.kubernetes.io/revision"] == "1");
  CHECK(annotations["internal.windlass.dev/complete"].get<std::string>().starts_with("1/"));
  Proves("RO-136");
}

}  // namespace
}  // namespace windlass::sim::rollout_dropped_annotations_test
