// Templates that change faster than rollouts end, and faster than the watch shows the ReplicaSets
// of the template before.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

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

// For the user, who goes back the moment the old Pods begin to go: those that serve stay until the
// others serve again. The status of the ReplicaSet that shrinks and grows counts Pods that its
// controller is removing.
TEST_CASE("going back while the old ReplicaSet shrinks removes no Pod that serves (I-01)") {
  const Json surge = GENERATE(0, 1) == 0 ? Json("100%") : Json(1);
  const bool late = GENERATE(false, true);  // whatever anybody sees
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed, surge.dump(), late);
    WorldOptions options;
    if (late) {
      options.replica_sets.replica_set_view_lag_max = milliseconds(500);
      options.replica_sets.pod_view_lag_max = seconds(2);
      options.replica_sets.status_lag_max = seconds(1);
    }
    World world(seed, options);
    WindlassProcess windlass(world);
    if (late) windlass.transport().LagStreams(seconds(1));
    Json deployment = SampleDeployment("web", 6, "app:v1");
    deployment["spec"]["strategy"] = {
        {"type", "RollingUpdate"}, {"rollingUpdate", {{"maxSurge", surge}, {"maxUnavailable", 0}}}};
    world.Apply(deployment);
    REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
    size_t least = 6;
    const auto watch_available = [&] {
      const WallTime now = world.loop().clock().Wall();
      const std::vector<Object> pods = world.Pods("web");
      const auto serve = std::ranges::count_if(pods, [&](const Object& pod) {
        return IsActivePod(*pod) && IsAvailablePod(*pod, seconds(0), now);
      });
      least = std::min(least, static_cast<size_t>(serve));
    };
    const auto size_of_first = [&] {
      watch_available();
      const std::vector<Object> all = world.ReplicaSets("web");
      const auto first = std::ranges::find_if(all, [](const Object& rs) {
        return At(*rs, {"spec", "template", "spec", "containers"})[0]["image"] == "app:v1";
      });
      return IntAt(**first, {"spec", "replicas"});
    };
    for (int i = 0; i < 3; ++i) {
      const int64_t full = size_of_first();
      world.SetImage("web", "app:v2");
      REQUIRE(world.RunUntil([&] { return size_of_first() < full; }, kLimit));
      world.SetImage("web", "app:v1");
      REQUIRE(world.RunUntil(
          [&] {
            watch_available();
            return world.IsComplete("web");
          },
          kLimit));
    }
    CHECK(least == 6);
    CHECK(world.Complaints() == "");
  }
  Proves("I-01");
}

}  // namespace
}  // namespace windlass::sim::rollover_test
