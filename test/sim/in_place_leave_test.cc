// A Deployment opts out of updates in place while a Pod is out of traffic, and Windlass dies before
// or after any call (P-076, P-078).
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/in_place/watch/cache.h"
#include "test/catch.h"
#include "test/sim/in_place_run.h"
#include "test/sim/in_place_words.h"

namespace windlass::sim::in_place_leave_test {
namespace {

constexpr const char* kTraffic = "windlass.dev/traffic";

void Settle(World& world) { world.Quiesce(seconds(80), seconds(3600)); }

int64_t CountPods(const World& world, const std::string& traffic, const std::string& image) {
  const std::vector<Object> pods = world.Pods("web");
  return std::ranges::count_if(pods, [&](const Object& pod) {
    return LabelOf(*pod, kTraffic) == traffic && ImageIn(At(*pod, {"spec"}), "web") == image;
  });
}

bool IsRemembered(const World& world) {
  return std::ranges::any_of(world.ReplicaSets("web"), [](const Object& rs) {
    const std::string policy = AnnotationOf(*rs, "windlass.dev/in-place");
    return rs->dump().find("internal.windlass.dev/") != std::string::npos || policy == "Only";
  });
}

struct Played {
  std::string wrong{};  // "": nothing is wrong
  uint64_t calls = 0;
  bool struck = false;
};

// The Deployment opts out and is paused while a Pod that runs `image` is out of traffic. The pause
// keeps Windlass from replacing Pods for another reason. Then the rollout resumes.
Played OptOut(const std::string& image, std::optional<Fault> fault) {
  World world(11);
  SupervisedWindlass windlass(world, fault);
  Json deployment =
      InPlaceDeployment(3, "app:v1", {{"drain", std::string("Label:") + kTraffic + "=on/off"}});
  deployment["spec"]["template"]["metadata"]["labels"][kTraffic] = "on";
  world.Apply(deployment);
  Settle(world);
  world.SetImage("web", "app:v2-slow-start-20s");
  Played played;
  if (!world.RunUntil([&] { return CountPods(world, "off", image) > 0; }, seconds(600))) {
    played.wrong += "no Pod is drained\n";
  }
  world.Annotate("web", "windlass.dev/in-place", "Disabled");
  world.Pause("web", true);
  Settle(world);
  if (CountPods(world, "on", "app:v1") + CountPods(world, "on", "app:v2-slow-start-20s") !=
      static_cast<int64_t>(world.Pods("web").size())) {
    played.wrong += "a Pod stays out of traffic\n";
  }
  world.Pause("web", false);
  Settle(world);
  if (!world.IsComplete("web")) played.wrong += "it is not complete\n";
  if (CountPods(world, "on", "app:v2-slow-start-20s") != 3) played.wrong += "not all run v2\n";
  if (IsRemembered(world)) played.wrong += "something is left on ReplicaSets\n";
  played.wrong += world.Complaints();
  played.calls = windlass.calls();
  played.struck = windlass.struck();
  return played;
}

TEST_CASE("in place, opted out with a Pod out of traffic, and a crash at any call (P-076)",
          "[in-place]") {
  const std::string image = GENERATE("app:v1", "app:v2-slow-start-20s");
  const Played calm = OptOut(image, std::nullopt);
  REQUIRE(calm.wrong == "");
  REQUIRE(calm.calls > 20);
  for (uint64_t call = 0; call < calm.calls; ++call) {
    for (const FaultKind kind : {FaultKind::kCrashBefore, FaultKind::kCrashAfter}) {
      const Played played = OptOut(image, Fault{call, kind});
      CAPTURE(call, kind == FaultKind::kCrashBefore);
      CHECK(played.struck);
      CHECK(played.wrong == "");
    }
  }
}

TEST_CASE("in place, opted out at rest: nothing is left, and nothing is watched (P-001)",
          "[in-place]") {
  InPlaceRun run(1);
  run.Start(3);
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  Json patch;
  patch["metadata"]["annotations"]["windlass.dev/in-place"] = nullptr;
  REQUIRE(run.world.api()
              .Patch("user", {resources::kDeployments, "default", "web"}, "",
                     "application/merge-patch+json", patch)
              .ok());
  REQUIRE(run.world.Quiesce());
  CHECK_FALSE(IsRemembered(run.world));
  run.windlass = std::make_unique<WindlassProcess>(run.world);
  run.world.SetImage("web", "app:v3");
  REQUIRE(run.Until([&] { return run.world.IsComplete("web"); }));
  CHECK_FALSE(run.windlass->controller().in_place().running());
}

}  // namespace
}  // namespace windlass::sim::in_place_leave_test
