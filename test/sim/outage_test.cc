// An API server that goes away and comes back, and an API server that throttles (C-011, C-013).
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim::outage_test {
namespace {

struct Fixture {
  Fixture() {
    for (int i = 0; i < kDeployments; ++i) world.Apply(SampleDeployment(Name(i), 3));
    REQUIRE(world.Quiesce());
  }
  static std::string Name(int i) { return "web-" + std::to_string(i); }
  uint64_t TriedWithin(Duration duration) {
    const uint64_t before = windlass.network().tried();
    world.RunFor(duration);
    return windlass.network().tried() - before;
  }
  bool AllComplete() const {
    for (int i = 0; i < kDeployments; ++i) {
      if (!world.IsComplete(Name(i))) return false;
    }
    return true;
  }
  void RollAll(const std::string& image) {
    for (int i = 0; i < kDeployments; ++i) world.SetImage(Name(i), image);
  }

  static constexpr int kDeployments = 20;
  uint64_t seed = GENERATE(range(1U, 9U));
  World world{seed};
  WindlassProcess windlass{world};
};

TEST_CASE_METHOD(Fixture, "ten minutes without API server cost next to no request (C-013)") {
  windlass.network().SetDown(true);
  CHECK(TriedWithin(seconds(600)) <= 600 / 2);
  CHECK(windlass.away());

  windlass.network().SetDown(false);
  world.SetImage(Name(0), "registry.example/web:2");
  const auto replica_sets = world.ReplicaSets(Name(0)).size();
  // The first write for a new image creates its ReplicaSet.
  CHECK(
      world.RunUntil([&] { return world.ReplicaSets(Name(0)).size() > replica_sets; }, seconds(8)));
  CHECK(world.RunUntil([&] { return world.IsComplete(Name(0)); }, seconds(120)));
  CHECK(world.Complaints() == "");
}

TEST_CASE_METHOD(Fixture, "an outage amid rollouts ends in complete ones, without a herd (C-012)") {
  RollAll("registry.example/web:2");
  world.RunFor(seconds(2));
  windlass.network().SetDown(true);
  world.RunFor(seconds(5));
  CHECK(TriedWithin(seconds(60)) <= 60 / 2);
  windlass.network().SetDown(false);
  REQUIRE(world.RunUntil([&] { return !windlass.away(); }, seconds(8)));
  CHECK(TriedWithin(seconds(3)) <= 30);
  CHECK(world.RunUntil([&] { return AllComplete(); }, seconds(600)));
  CHECK(world.Complaints() == "");
}

TEST_CASE_METHOD(
    Fixture, "a server that throttles is asked ever less, and all is done once it stops (C-011)") {
  RollAll("registry.example/web:2");
  world.RunFor(seconds(1));
  windlass.network().SetThrottled(seconds(2));
  world.RunFor(seconds(20));
  CHECK(TriedWithin(seconds(60)) <= 3 * 60);
  CHECK_FALSE(windlass.away());
  windlass.network().SetThrottled(Duration{0});
  CHECK(world.RunUntil([&] { return AllComplete(); }, seconds(600)));
  CHECK(world.Complaints() == "");
}

}  // namespace
}  // namespace windlass::sim::outage_test
