// A policy refuses writes of Windlass: what users see then, and how often Windlass tries.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim::refused_write_test {
namespace {

constexpr Duration kLimit = seconds(1800);  // virtual

std::string Condition(World& world, const std::string& type) {
  for (const Json& condition : At(*world.Deployment("web"), {"status", "conditions"})) {
    if (TextAt(condition, {"type"}) != type) continue;
    return TextAt(condition, {"status"}) + " " + TextAt(condition, {"reason"});
  }
  return "";
}

int64_t Ready(World& world) { return IntAt(*world.Deployment("web"), {"status", "readyReplicas"}); }

int64_t ReadyOfReplicaSets(World& world) {
  int64_t ready = 0;
  for (const Object& rs : world.ReplicaSets("web"))
    ready += IntAt(*rs, {"status", "readyReplicas"});
  return ready;
}

bool IsObserved(World& world) {
  const Object web = world.Deployment("web");
  return IntAt(*web, {"status", "observedGeneration"}) == IntAt(*web, {"metadata", "generation"});
}

// Refuses every patch of ReplicaSet `name`, or of all ReplicaSets if `name` is empty. Counts the
// refused patches, and the patches of a status.
struct Policy {
  void Hold(WindlassProcess& windlass) {
    windlass.transport().decide = [this](uint64_t, const HttpRequest& request) {
      if (request.method != HttpMethod::kPatch) return Fate::kDelivered;
      if (request.target.find("/status") != std::string::npos) ++statuses;
      const bool refuses =
          holds && request.target.find("/replicasets/" + name) != std::string::npos;
      if (refuses) ++refused;
      return refuses ? Fate::kForbidden : Fate::kDelivered;
    };
  }
  std::string name;
  bool holds = true;
  int refused = 0;
  int statuses = 0;
};

// Four Pods of v1. The policy refuses changes of their ReplicaSet when the user sets v2.
struct MayNotShrink {
  explicit MayNotShrink(uint64_t seed) : world(seed) {
    windlass = std::make_unique<WindlassProcess>(world);
    world.Apply(SampleDeployment("web", 4, "app:v1"));
    REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
    policy.name = NameOf(*world.ReplicaSets("web")[0]);
    policy.Hold(*windlass);
    world.SetImage("web", "app:v2-slow-ready-20s");
  }
  // Waits until the only new Pod that fits is Ready in its ReplicaSet's status.
  void AwaitReady() {
    REQUIRE(world.RunUntil([&] { return ReadyOfReplicaSets(world) == 5; }, kLimit));
  }
  void AllowAndFinish() {
    policy.holds = false;
    CHECK(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
    CHECK(Condition(world, "ReplicaFailure").empty());
    INFO(world.Complaints());
    CHECK(world.Complaints().empty());
  }
  World world;
  Policy policy;
  std::unique_ptr<WindlassProcess> windlass;
};

TEST_CASE("readyReplicas follows at once while an old ReplicaSet may not shrink") {
  MayNotShrink scene(GENERATE(1U, 2U, 3U));
  World& world = scene.world;
  scene.AwaitReady();
  // The ReplicaSet's status wakes a sync: it starts within 20 ms and makes two calls.
  CHECK(world.RunUntil([&] { return Ready(world) == 5; }, milliseconds(100)));
  CHECK(Condition(world, "ReplicaFailure") == "True ReplicaSetUpdateRefused");
  CHECK(Condition(world, "Available") == "True MinimumReplicasAvailable");
  CHECK_FALSE(IsObserved(world));
  scene.AllowAndFinish();
  Proves("D-065 D-434");
}

TEST_CASE("a write that stays refused is asked for ever more seldom, without a status for it") {
  MayNotShrink scene(1);
  World& world = scene.world;
  scene.AwaitReady();
  world.RunFor(seconds(60));
  const int statuses = scene.policy.statuses;
  const int refused = scene.policy.refused;
  world.RunFor(seconds(3600));
  CHECK(scene.policy.statuses - statuses == 1);  // the write for the deadline
  CHECK(Condition(world, "Progressing") == "False ProgressDeadlineExceeded");
  CHECK(scene.policy.refused - refused >= 3600 / (300 * 3 / 2));
  CHECK(scene.policy.refused - refused <= 40);
  CHECK(Condition(world, "ReplicaFailure") == "True ReplicaSetUpdateRefused");
  scene.AllowAndFinish();
}

TEST_CASE("a restart asks again first, and says nothing new") {
  MayNotShrink scene(2);
  World& world = scene.world;
  scene.AwaitReady();
  world.RunFor(seconds(30));
  const Object before = world.Deployment("web");
  scene.windlass.reset();
  scene.windlass = std::make_unique<WindlassProcess>(world);
  scene.policy.Hold(*scene.windlass);
  const int refused = scene.policy.refused;
  world.RunFor(seconds(30));
  CHECK(scene.policy.refused > refused);
  CHECK(At(*world.Deployment("web"), {"status"}) == At(*before, {"status"}));
  scene.AllowAndFinish();
}

TEST_CASE("a new leader that may not fence off the former one writes the status all the same") {
  World world(GENERATE(1U, 2U, 3U));
  Policy policy;
  auto leader = std::make_unique<WindlassProcess>(world);
  WindlassProcess standby(world, WindlassProcess::Standby{});
  policy.Hold(standby);
  world.Apply(SampleDeployment("web", 10, "app:v1"));
  REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  world.SetImage("web", "app:v2-slow-ready-20s");
  const auto begun = [&] {
    const auto sets = world.ReplicaSets("web");
    return sets.size() == 2 && IntAt(*sets[1], {"status", "replicas"}) > 0;
  };
  REQUIRE(world.RunUntil(begun, kLimit));
  leader.reset();
  const int64_t before = Ready(world);
  standby.Lead({.barrier = true, .taken_over_as = "7"});
  REQUIRE(world.RunUntil([&] { return ReadyOfReplicaSets(world) > before; }, kLimit));
  const bool follows =
      world.RunUntil([&] { return Ready(world) == ReadyOfReplicaSets(world); }, milliseconds(100));
  CHECK(follows);
  CHECK(Condition(world, "ReplicaFailure") == "True ReplicaSetUpdateRefused");
  CHECK(policy.refused > 0);
  policy.holds = false;
  CHECK(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  CHECK(Condition(world, "ReplicaFailure").empty());
  for (const Object& rs : world.ReplicaSets("web")) {
    if (IntAt(*rs, {"spec", "replicas"}) > 0) CHECK(AnnotationOf(*rs, "windlass.dev/term") == "7");
  }
  CHECK(world.Complaints().empty());
}

}  // namespace
}  // namespace windlass::sim::refused_write_test
