// Templates that change faster than rollouts end, and faster than the watch shows the ReplicaSets
// of the template before.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim::rollover_test {
namespace {

constexpr Duration kLimit = seconds(1800);  // virtual

int64_t Total(World& world) {
  int64_t total = 0;
  for (const Object& rs : world.ReplicaSets("web")) total += IntAt(*rs, {"spec", "replicas"});
  return total;
}

TEST_CASE("a template a second, and a watch three seconds late: never more Pods than allowed") {
  World world(GENERATE(1U, 2U, 3U));
  WindlassProcess windlass(world);
  Json deployment = SampleDeployment("web", 10, "app:v0");
  deployment["spec"]["strategy"] = {{"type", "RollingUpdate"},
                                    {"rollingUpdate", {{"maxSurge", 3}, {"maxUnavailable", 2}}}};
  world.Apply(deployment);
  REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));

  windlass.transport().LagStreams(seconds(3));
  int64_t most = 0;
  // Notes the total after every event of the world. Returns false, so that the run does not end
  // early.
  const auto watch_total = [&] {
    most = std::max(most, Total(world));
    return false;
  };
  constexpr int kTemplates = 20;
  for (int i = 1; i <= kTemplates; ++i) {
    world.SetImage("web", "app:v" + std::to_string(i));
    world.RunUntil(watch_total, seconds(1));
  }
  const auto complete = [&] {
    watch_total();
    return world.IsComplete("web");
  };
  const bool completed = world.RunUntil(complete, kLimit);
  INFO(world.Complaints());
  REQUIRE(completed);
  CHECK(most == 13);
  CHECK(world.Complaints().empty());
  Proves("W-10");
}

}  // namespace
}  // namespace windlass::sim::rollover_test
