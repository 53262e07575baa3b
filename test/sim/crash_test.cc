// A crash at every point of a rollout equals a restart: for each call of a scenario, one run in
// which the process dies before the server sees it and one in which it dies after it took effect;
// each with the program started anew, and with a standby that takes over from a cache that lags.
// The end must be the end of the run without a crash, and no invariant may break. Reads and writes
// are both crash points. How many status writes there are depends on what came together in time, so
// their number is bounded only roughly.
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim {
namespace {

constexpr uint64_t kSeed = 11;

struct Scenario {
  std::string name;
  std::function<void(World&)> play;
};

void Settle(World& world) { world.Quiesce(seconds(30), seconds(3600)); }

Json Recreate(int replicas, const std::string& image) {
  Json deployment = SampleDeployment("web", replicas, image);
  deployment["spec"]["strategy"] = {{"type", "Recreate"}};
  return deployment;
}

const Scenario kScenarios[] = {
    {"create and roll",
     [](World& world) {
       world.Apply(SampleDeployment("web", 5, "app:v1"));
       Settle(world);
       world.SetImage("web", "app:v2");
       Settle(world);
     }},
    {"roll and undo",
     [](World& world) {
       world.Apply(SampleDeployment("web", 4, "app:v1"));
       Settle(world);
       world.SetImage("web", "app:v2");
       Settle(world);
       world.RolloutUndo("web");
       Settle(world);
     }},
    {"Recreate, slow to stop",
     [](World& world) {
       world.Apply(Recreate(3, "app:v1-slow-stop-5s"));
       Settle(world);
       world.SetImage("web", "app:v2-slow-stop-5s");
       Settle(world);
     }},
    {"history clean-up",
     [](World& world) {
       Json deployment = SampleDeployment("web", 2, "app:v1");
       deployment["spec"]["revisionHistoryLimit"] = 0;
       world.Apply(deployment);
       Settle(world);
       world.SetImage("web", "app:v2");
       Settle(world);
     }},
    {"scale",
     [](World& world) {
       world.Apply(SampleDeployment("web", 3, "app:v1"));
       Settle(world);
       world.Scale("web", 6);
       Settle(world);
       world.Scale("web", 1);
       Settle(world);
     }},
};

// What a user would look at when all is quiet: sizes by revision, and the status.
std::string Ending(World& world) {
  std::string text;
  for (const Object& rs : world.ReplicaSets("web")) {
    text += AnnotationOf(*rs, "deployment.kubernetes.io/revision") + ":" +
            std::to_string(IntAt(*rs, {"spec", "replicas"})) + "/" +
            std::to_string(IntAt(*rs, {"status", "availableReplicas"})) + " ";
  }
  const Object deployment = world.Deployment("web");
  for (const char* field : {"observedGeneration", "replicas", "updatedReplicas",
                            "availableReplicas", "unavailableReplicas"}) {
    text += std::to_string(IntAt(*deployment, {"status", field})) + " ";
  }
  // Their order tells which changed last, which is a matter of timing.
  std::set<std::string> conditions;
  for (const Json& condition : At(*deployment, {"status", "conditions"})) {
    conditions.insert(TextAt(condition, {"type"}) + "=" + TextAt(condition, {"reason"}));
  }
  for (const std::string& condition : conditions) text += condition + " ";
  return text;
}

// One PATCH per ReplicaSet of a rollout under way (L-012).
constexpr uint64_t kTouchesMax = 2;

TEST_CASE("a crash before or after any call changes nothing in the end (I-38)") {
  const Scenario& scenario = kScenarios[GENERATE(0, 1, 2, 3, 4)];
  const Successor successor = GENERATE(Successor::kRestarted, Successor::kStandby);
  World calm(kSeed);
  SupervisedWindlass undisturbed(calm, std::nullopt, successor);
  scenario.play(calm);
  REQUIRE(calm.Complaints().empty());
  const std::string expected = Ending(calm);
  const uint64_t writes = calm.invariants().judged();
  const uint64_t points = undisturbed.calls();
  REQUIRE(points > 5);

  for (uint64_t call = 0; call < points; ++call) {
    for (const Fate fate : {Fate::kRequestLost, Fate::kReplyLost}) {
      World world(kSeed);
      SupervisedWindlass windlass(world, CrashPoint{call, fate}, successor);
      scenario.play(world);
      INFO(scenario.name << ": crash " << (fate == Fate::kRequestLost ? "before" : "after")
                         << " call " << call << " of " << points
                         << (successor == Successor::kStandby ? ", standby" : ""));
      INFO(world.Complaints());
      REQUIRE(windlass.crashes() == 1);
      REQUIRE(world.Complaints().empty());
      REQUIRE(Ending(world) == expected);
      REQUIRE(world.invariants().judged() <= 2 * writes + kTouchesMax);
    }
  }
}

}  // namespace
}  // namespace windlass::sim
