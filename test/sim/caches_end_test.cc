// The caches that only some workloads need: they end some time after the last of these, and what
// needs them later is carried out as if they had never run.
#include <memory>
#include <string>

#include "controller/in_place/watch/cache.h"
#include "controller/runtime/informers.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/in_place_run.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim::caches_end_test {
namespace {

constexpr Duration kLimit = seconds(3600);

void Recreate(World& world, bool recreate) {
  Json patch;
  patch["spec"]["strategy"]["type"] = recreate ? "Recreate" : "RollingUpdate";
  patch["spec"]["strategy"]["rollingUpdate"] = nullptr;
  const ApiAnswer answer = world.api().Patch("user", {resources::kDeployments, "default", "web"},
                                             "", "application/merge-patch+json", patch);
  REQUIRE(answer.ok());
}

void Complete(World& world) {
  REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
}

TEST_CASE("Pods are cached while a Deployment has strategy Recreate, and some minutes longer") {
  World world(1);
  const WindlassProcess windlass(world);
  const Informer<PodMetadata>& pods = windlass.controller().cache().pods();
  Json deployment = SampleDeployment("web", 3);
  deployment["spec"]["strategy"] = {{"type", "Recreate"}};
  world.Apply(deployment);
  Complete(world);
  CHECK(pods.store().size() == 3);

  Recreate(world, false);
  world.RunFor(kInformerLingers / 2);
  CHECK(pods.HasSynced());
  const uint64_t lists = pods.reflector().counters().watch_lists;
  Recreate(world, true);  // within the time: nothing is listed again
  world.RunFor(kInformerLingers);
  CHECK(pods.HasSynced());
  CHECK(pods.reflector().counters().watch_lists == lists);

  Recreate(world, false);
  world.RunFor(kInformerLingers + seconds(30));
  CHECK(pods.reflector().state() == ReflectorState::kStopped);
  CHECK_FALSE(pods.HasSynced());
  CHECK(pods.store().size() == 0);
  world.SetImage("web", "app:v2");  // Pods come and go unseen
  Complete(world);
  CHECK(pods.store().size() == 0);

  // The invariants complain if a new Pod is made beside an old one.
  Recreate(world, true);
  world.SetImage("web", "app:v3");
  Complete(world);
  CHECK(pods.store().size() == 3);
  CHECK(world.Complaints() == "");
  Proves("R-063");
}

TEST_CASE("the caches of updates in place end with the last that asked for them", "[in-place]") {
  InPlaceRun run(1);
  run.Start(3);
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  const InPlaceCache& in_place = run.windlass->controller().in_place();
  REQUIRE(in_place.pods().store().size() == 3);

  Json patch;
  patch["metadata"]["annotations"]["windlass.dev/in-place"] = nullptr;
  const StoreKey web{resources::kDeployments, "default", "web"};
  REQUIRE(run.world.api().Patch("user", web, "", "application/merge-patch+json", patch).ok());
  REQUIRE(run.world.Quiesce());
  CHECK_FALSE(in_place.running());
  run.world.RunFor(kInformerLingers);
  CHECK(in_place.pods().reflector().state() == ReflectorState::kStopped);
  CHECK(in_place.pods().store().size() + in_place.nodes().store().size() == 0);
  run.world.SetImage("web", "app:v3");
  REQUIRE(run.Until([&] { return run.world.IsComplete("web"); }));

  run.SetOption("", "Only");
  run.world.SetImage("web", "app:v4");
  REQUIRE(run.Finish() == "");
  CHECK(in_place.pods().store().size() == 3);
  CHECK(run.EachRestarted(1));
  Proves("R-063");
}

}  // namespace
}  // namespace windlass::sim::caches_end_test
