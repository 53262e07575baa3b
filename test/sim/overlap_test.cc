// Owners whose selectors match each other's ReplicaSets, through a process for one or both kinds.
// Both users are told once, and each keeps what it has.
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/owners.h"
#include "test/sim/sample_objects.h"
#include "test/sim/two_kinds.h"

namespace windlass::sim::overlap_test {
namespace {

constexpr Duration kLimit = seconds(3600);

// A Rollout that selects app=web.
Json RolloutOf(const std::string& name, const std::string& image) {
  Json rollout = SampleRollout("web", 2, image);
  rollout["metadata"]["name"] = name;
  return rollout;
}

struct Scene {
  Scene() : world(23) {}

  void Start(const ProcessControllers& controllers) {
    windlass.reset();
    windlass = std::make_unique<WindlassProcess>(world, ClientOptions{}, controllers);
  }
  void Stop() { windlass.reset(); }
  void Complete(const std::string& name, World::Kind kind) {
    REQUIRE(world.RunUntil([&] { return world.IsComplete(name, kind); }, kLimit));
  }
  // Deployment web as another controller carries it out, which is at rest.
  void HaveForeignDeployment() {
    Start(ProcessControllers());
    world.Apply(SampleDeployment("web", 2, "app:v1"));
    Complete("web", World::kDeployments);
    REQUIRE(world.Quiesce());
    Stop();
  }
  // Returns "Deployment web" if the condition of the owner says so; "" without one.
  std::string Told(const std::string& name, World::Kind kind) const {
    for (const Json& condition : At(*world.Owner(name, kind), {"status", "conditions"})) {
      if (TextAt(condition, {"type"}) != "SelectorOverlap") continue;
      CHECK(TextAt(condition, {"status"}) == "True");
      const std::string message = TextAt(condition, {"message"});
      const std::string begin = "spec.selector matches Pods of ";
      REQUIRE(message.starts_with(begin));
      return message.substr(begin.size(), message.find(" as well") - begin.size());
    }
    return "";
  }
  // Returns how many Events of an overlap the object has, repeats counted.
  int64_t Events(const std::string& name, World::Kind kind) {
    int64_t count = 0;
    for (const Object& event : world.api().List(resources::kEvents, "default")) {
      if (TextAt(*event, {"reason"}) != "SelectorOverlap") continue;
      CHECK(TextAt(*event, {"type"}) == "Warning");
      if (TextAt(*event, {"involvedObject", "kind"}) != kind.kind) continue;
      if (TextAt(*event, {"involvedObject", "name"}) != name) continue;
      CHECK(TextAt(*event, {"involvedObject", "uid"}) == UidOf(*world.Owner(name, kind)));
      count += IntAt(*event, {"count"});
    }
    return count;
  }
  std::string Phase(const std::string& name) const {
    return TextAt(*world.Owner(name, kRollouts), {"status", "phase"});
  }
  std::vector<std::string> PodsOf(const std::string& name, World::Kind kind) const {
    std::vector<std::string> uids;
    for (const Object& pod : world.Pods(name, kind)) uids.push_back(UidOf(*pod));
    return uids;
  }

  World world;
  std::unique_ptr<WindlassProcess> windlass;
};

TEST_CASE("A Rollout names a Deployment of another controller, and tells its user once") {
  Scene scene;
  scene.HaveForeignDeployment();
  const auto pods = scene.PodsOf("web", World::kDeployments);
  REQUIRE(pods.size() == 2);
  scene.Start(RolloutsAlone());
  scene.world.Apply(RolloutOf("web", "app:v2"));
  scene.Complete("web", kRollouts);
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.Told("web", kRollouts) == "Deployment web");
  CHECK(scene.Told("web", World::kDeployments) == "");
  CHECK(scene.Events("web", kRollouts) == 1);
  CHECK(scene.Events("web", World::kDeployments) == 1);
  CHECK(scene.Phase("web") == "Healthy");
  CHECK(scene.PodsOf("web", World::kDeployments) == pods);

  scene.Start(RolloutsAlone());
  scene.world.SetImage("web", "app:v3", kRollouts);
  scene.Complete("web", kRollouts);
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.Told("web", kRollouts) == "Deployment web");
  CHECK(scene.Events("web", kRollouts) == 1);
  CHECK(scene.Events("web", World::kDeployments) == 1);
  CHECK(scene.PodsOf("web", World::kDeployments) == pods);

  scene.world.Delete("web");
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.Told("web", kRollouts) == "");
  CHECK(scene.PodsOf("web", kRollouts).size() == 2);
  CHECK(scene.world.Complaints() == "");
  Proves("RO-160 RO-161 RO-162 RO-164");
}

TEST_CASE("Of two Rollouts each has the condition and one Event") {
  Scene scene;
  const bool restarted = GENERATE(true, false);
  scene.Start(RolloutsAlone());
  scene.world.Apply(RolloutOf("one", "app:v1"));
  scene.Complete("one", kRollouts);
  if (restarted) scene.Stop();
  scene.world.Apply(RolloutOf("two", "app:v1"));
  if (restarted) scene.Start(RolloutsAlone());
  scene.Complete("two", kRollouts);
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.Told("one", kRollouts) == "Rollout two");
  CHECK(scene.Told("two", kRollouts) == "Rollout one");
  CHECK(scene.Events("one", kRollouts) == 1);
  CHECK(scene.Events("two", kRollouts) == 1);
  scene.world.Delete("one", Propagation::kBackground, kRollouts);
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.Told("two", kRollouts) == "");
  CHECK(scene.PodsOf("two", kRollouts).size() == 2);
  CHECK(scene.world.Complaints() == "");
  Proves("RO-160 RO-161 RO-162");
}

// Each of the two processes tells what its own object selects.
TEST_CASE("Windlass tells of a Rollout on its Deployments, too") {
  Scene scene;
  const bool wider = GENERATE(true, false);  // only the Deployment selects the Rollout's Pods
  scene.Start(BothKinds());
  scene.world.Apply(SampleDeployment("web", 2, "app:v1"));
  Json rollout = RolloutOf("api", "app:v1");
  if (wider) {
    rollout["spec"]["selector"]["matchLabels"]["tier"] = "api";
    rollout["spec"]["template"]["metadata"]["labels"]["tier"] = "api";
  }
  scene.world.Apply(rollout);
  scene.Complete("web", World::kDeployments);
  scene.Complete("api", kRollouts);
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.Told("web", World::kDeployments) == "Rollout api");
  CHECK(scene.Told("api", kRollouts) == (wider ? "" : "Deployment web"));
  CHECK(scene.Events("web", World::kDeployments) == (wider ? 1 : 2));
  CHECK(scene.Events("api", kRollouts) == (wider ? 1 : 2));
  scene.world.Delete("api", Propagation::kBackground, kRollouts);
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.Told("web", World::kDeployments) == "");
  CHECK(scene.world.Complaints() == "");
  Proves("RO-161 RO-162 RO-163");
}

TEST_CASE("Two Deployments with one selector are told nothing") {
  Scene scene;
  scene.Start(BothKinds());
  scene.world.Apply(SampleDeployment("web", 2, "app:v1"));
  Json other = SampleDeployment("web", 2, "app:v2");
  other["metadata"]["name"] = "other";
  scene.world.Apply(other);
  scene.Complete("web", World::kDeployments);
  scene.Complete("other", World::kDeployments);
  REQUIRE(scene.world.Quiesce());
  for (const std::string name : {"web", "other"}) {
    CHECK(scene.Told(name, World::kDeployments) == "");
    CHECK(scene.Events(name, World::kDeployments) == 0);
  }
  Proves("RO-163");
}

// The garbage collector deletes the old ReplicaSets some time after the Deployment.
TEST_CASE("A Rollout that takes the place of a deleted Deployment is told nothing") {
  Scene scene;
  scene.HaveForeignDeployment();
  scene.Start(RolloutsAlone());
  const Propagation how = GENERATE(Propagation::kBackground, Propagation::kOrphan);
  scene.world.Delete("web", how);
  scene.world.Apply(RolloutOf("web", "app:v2"));
  scene.Complete("web", kRollouts);
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.Told("web", kRollouts) == "");
  CHECK(scene.Events("web", kRollouts) == 0);
  CHECK(scene.PodsOf("web", kRollouts).size() == 2);
  Proves("RO-162");
}

}  // namespace
}  // namespace windlass::sim::overlap_test
