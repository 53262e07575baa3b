// A canary that waits at its pause when its successor comes, or cannot come, while an autoscaler
// changes the size: whose Pods come and go.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/rollout_object.h"
#include "test/sim/sample_objects.h"
#include "test/sim/two_kinds.h"

namespace windlass::sim::rollout_left_canary_test {
namespace {

constexpr uint64_t kSeed = 17;
constexpr Duration kLimit = seconds(3600);
const std::string kName = "web";

// Sets a quota of ReplicaSets, which the model keeps in an annotation of the namespace.
void LimitReplicaSets(World& world, const std::string& limit) {
  REQUIRE(world.api()
              .Update("user", {resources::kNamespaces, "", "default"}, "",
                      [&](Json& object) {
                        object["metadata"]["annotations"]["windlass.example/replicaset-quota"] =
                            limit;
                      })
              .ok());
}

// Gives the template a field that the API server refuses.
void Misspell(World& world) {
  const Json misspelt = {{"template", {{"spec", {{"noSuchField", 1}}}}}};
  world.Edit(kName, {{"spec", misspelt}}, kRollouts);
}

int64_t SizeIn(World& world, const std::string& replica_set) {
  return ReplicasOf(*world.api().Find({resources::kReplicaSets, "default", replica_set}));
}

// A Rollout of revision 1 whose canary v2 has three Pods and waits at a pause.
struct Scene {
  explicit Scene(int replicas, const Json& limits = Json::object()) : world(kSeed) {
    Json web = SampleRollout(kName, replicas, "app:v1");
    web["spec"]["strategy"]["rollingUpdate"] = limits;
    web["spec"]["strategy"]["steps"] = Json::parse(R"([{"setUpdated": 3}, {"pause": {}}])");
    world.Apply(web);
    windlass.emplace(world, ClientOptions{}, RolloutsAlone());
    REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
    stable = NameOf(*world.ReplicaSets(kName, kRollouts).back());
    world.RunFor(seconds(2));  // the stable ReplicaSet is the older one by its creationTimestamp
    world.SetImage(kName, "app:v2", kRollouts);
    REQUIRE(world.Quiesce());
    canary = NameOf(*world.ReplicaSets(kName, kRollouts).back());
    REQUIRE(SizeOf(canary) == 3);
  }
  int64_t SizeOf(const std::string& name) { return SizeIn(world, name); }
  void Complete() {
    REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
    CHECK(world.Complaints() == "");
  }

  World world;
  std::optional<WindlassProcess> windlass;
  std::string stable;
  std::string canary;
};

// The canary was no success: its user goes back, and an autoscaler scales out at the same time.
TEST_CASE("A canary that is left gets no Pod of a scaling (RO-120)") {
  Scene scene(4);
  int64_t most = 0;
  scene.world.api().store().OnChange([&](const Change& change) {
    if (change.after == nullptr || change.key.resource != resources::kReplicaSets) return;
    if (NameOf(*change.after) == scene.canary) most = std::max(most, ReplicasOf(*change.after));
  });
  scene.world.SetImage(kName, "app:v1", kRollouts);
  scene.world.Scale(kName, 8, kRollouts);
  scene.Complete();
  CHECK(most <= 3);
  Proves("RO-120");
}

// A canary was left for a successor whose first step asks for all Pods. While the canary has Pods,
// no Pod of the stable revision goes: the stable Service and users who abort need these.
TEST_CASE("Scaled in, a canary that is left goes before the stable revision (RO-087, RO-120)") {
  Scene scene(6);
  int taken = 0;
  scene.world.api().store().OnChange([&](const Change& change) {
    if (change.after == nullptr || change.key.name != scene.stable) return;
    if (ReplicasOf(*change.after) >= ReplicasOf(*change.before)) return;
    CHECK(scene.SizeOf(scene.canary) == 0);
    ++taken;
  });
  scene.world.SetImage(kName, "app:v3-slow-start-5s", kRollouts);
  scene.world.Edit(
      kName,
      {{"spec",
        {{"strategy", {{"steps", Json::parse(R"([{"setUpdated": "100%"}, {"pause": {}}])")}}}}}},
      kRollouts);
  scene.world.RunFor(seconds(GENERATE(1, 3, 9)));
  scene.world.Scale(kName, 3, kRollouts);
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.SizeOf(scene.stable) == 0);
  CHECK(scene.world.Complaints() == "");
  CHECK(taken > 0);
  Proves("RO-087 RO-120");
}

// The canary was approved for three Pods, and its successor gets none. At a pause a user
// would be surprised by any more, and by a stable revision that has none.
TEST_CASE("A canary whose successor gets no ReplicaSet is scaled beside the stable one (RO-120)") {
  const int surge = GENERATE(0, 2);
  Scene scene(GENERATE(6, 10), {{"maxSurge", surge}, {"maxUnavailable", surge == 0 ? 1 : 0}});
  const int first = GENERATE(1, 4);
  int uses_surge = 0;
  SECTION("its template is refused") { Misspell(scene.world); }
  SECTION("the Rollout is paused") {
    scene.world.Pause(kName, true, kRollouts);
    scene.world.SetImage(kName, "app:v3", kRollouts);
  }
  SECTION("a quota refuses its ReplicaSet") {
    LimitReplicaSets(scene.world, "2");
    scene.world.SetImage(kName, "app:v3", kRollouts);
    uses_surge = surge;  // the ReplicaSet may be made at any moment
  }
  scene.world.Quiesce();
  for (const int replicas : {first, 3, 2, 1, 10, 0, 6, 1, 0, 3}) {
    CAPTURE(replicas);
    scene.world.Scale(kName, replicas, kRollouts);
    scene.world.Quiesce();
    const int64_t total = scene.SizeOf(scene.stable) + scene.SizeOf(scene.canary);
    CHECK(total >= replicas);
    CHECK(total <= replicas + uses_surge);
    CHECK(scene.SizeOf(scene.canary) <= 3);
    CHECK(scene.SizeOf(scene.stable) >= std::min(replicas, 1));
  }
  CHECK(scene.world.Complaints() == "");
  Proves("RO-120");
}

// The first version starts slowly, and its correction waits at a pause with one of four Pods.
TEST_CASE("Before any revision was complete, the oldest gets what a scaling adds (RO-120)") {
  World world(kSeed);
  Json web = SampleRollout(kName, 4, "app:v1-slow-start-8s");
  web["spec"]["strategy"]["steps"] = Json::parse(R"([{"setUpdated": 1}, {"pause": {}}])");
  web["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 1}, {"maxUnavailable", 0}};
  world.Apply(web);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  world.RunFor(seconds(2));
  const std::string first = NameOf(*world.ReplicaSets(kName, kRollouts).back());
  world.SetImage(kName, "app:v2", kRollouts);
  REQUIRE(world.Quiesce());
  REQUIRE(SizeIn(world, first) == 3);
  Misspell(world);
  for (const int replicas : {4, 2, 4, 8}) {
    CAPTURE(replicas);
    world.Scale(kName, replicas, kRollouts);
    REQUIRE(world.Quiesce());
    CHECK(SizeIn(world, first) >= replicas - 1);
  }
  CHECK(world.Complaints() == "");
  Proves("RO-120");
}

// Somebody takes all stable Pods while the successor of a canary is refused.
TEST_CASE("Old Pods that are taken while the successor is refused come back (RO-120)") {
  Scene scene(6);
  SECTION("its template is refused") { Misspell(scene.world); }
  SECTION("a quota refuses its ReplicaSet") {
    LimitReplicaSets(scene.world, "2");
    scene.world.SetImage(kName, "app:v3", kRollouts);
  }
  scene.world.Quiesce();
  REQUIRE(scene.world.api()
              .Update("user", {resources::kReplicaSets, "default", scene.stable}, "",
                      [](Json& rs) { rs["spec"]["replicas"] = 0; })
              .ok());
  scene.world.RunFor(seconds(600));
  CHECK(scene.SizeOf(scene.stable) == 3);
  CHECK(scene.SizeOf(scene.canary) == 3);
  Proves("RO-120");
}

TEST_CASE(
    "At 0 replicas a template whose ReplicaSet is refused brings the one before back (RO-122)") {
  World world(kSeed);
  world.Apply(SampleRollout(kName, 3, "app:v1"));
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  const std::string stable = NameOf(*world.ReplicaSets(kName, kRollouts).back());
  LimitReplicaSets(world, "1");
  world.SetImage(kName, "app:v2", kRollouts);
  for (const int replicas : {0, 3}) {
    world.Scale(kName, replicas, kRollouts);
    world.Quiesce();
    CHECK(SizeIn(world, stable) == replicas);
  }
  CHECK(world.Complaints() == "");
  Proves("RO-122");
}

}  // namespace
}  // namespace windlass::sim::rollout_left_canary_test
