// A namespace in which everything rolls does not hold up another namespace.
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim::fairness_test {
namespace {

Json In(const std::string& namespace_, Json object) {
  object["metadata"]["namespace"] = namespace_;
  return object;
}

TEST_CASE("A user's change is served at once while 200 rollouts wait for the rate (Q-010)") {
  constexpr int kBusy = 200;
  const uint64_t seed = GENERATE(range(1U, 3U));
  World world(seed);
  world.Apply(SampleNamespace("busy"));
  world.Apply(SampleNamespace("calm"));
  for (int i = 0; i < kBusy; ++i) {
    world.Apply(In("busy", SampleDeployment("web-" + std::to_string(i), 1)));
  }
  world.Apply(In("calm", SampleDeployment("web", 1)));
  WindlassProcess windlass(world);
  REQUIRE(world.Quiesce());

  for (int i = 0; i < kBusy; ++i) {
    world.SetImage("busy/web-" + std::to_string(i), "registry.example/web:2");
  }
  world.RunFor(seconds(3));  // the burst is spent, every key waits
  REQUIRE(windlass.runtime().queue_counters().depth > 0);
  world.SetImage("calm/web", "registry.example/web:2");
  // Turns come every 200 ms, and the next turn belongs to the calm namespace.
  CHECK(
      world.RunUntil([&] { return world.ReplicaSets("calm/web").size() == 2; }, milliseconds(300)));
  // Its further steps take turns with the busy namespace's.
  CHECK(world.RunUntil([&] { return world.IsComplete("calm/web"); }, seconds(10)));
  CHECK(windlass.runtime().queue_counters().depth > 0);
  REQUIRE(world.Quiesce());
  for (int i = 0; i < kBusy; ++i) CHECK(world.IsComplete("busy/web-" + std::to_string(i)));
  CHECK(world.Complaints() == "");
}

}  // namespace
}  // namespace windlass::sim::fairness_test
