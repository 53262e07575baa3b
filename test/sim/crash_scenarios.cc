#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "test/sim/crash_sweep.h"
#include "test/sim/in_place_run.h"
#include "test/sim/sample_objects.h"
#include "test/sim/script_player.h"
#include "test/sim/two_kinds.h"

namespace windlass::sim {
namespace {

// Waits longer than a list that gets no answer takes.
void Settle(World& world) { world.Quiesce(seconds(80), seconds(3600)); }

Json Recreate(int replicas, const std::string& image) {
  Json deployment = SampleDeployment("web", replicas, image);
  deployment["spec"]["strategy"] = {{"type", "Recreate"}};
  return deployment;
}

void CreateAndRoll(World& world) {
  world.Apply(SampleDeployment("web", 5, "app:v1"));
  Settle(world);
  world.SetImage("web", "app:v2");
  Settle(world);
}

void RollAndUndo(World& world) {
  world.Apply(SampleDeployment("web", 4, "app:v1"));
  Settle(world);
  world.SetImage("web", "app:v2");
  Settle(world);
  world.RolloutUndo("web");
  Settle(world);
}

void RecreateSlowly(World& world) {
  world.Apply(Recreate(3, "app:v1-slow-stop-5s"));
  Settle(world);
  world.SetImage("web", "app:v2-slow-stop-5s");
  Settle(world);
}

void CleanUp(World& world) {
  Json deployment = SampleDeployment("web", 2, "app:v1");
  deployment["spec"]["revisionHistoryLimit"] = 0;
  world.Apply(deployment);
  Settle(world);
  world.SetImage("web", "app:v2");
  Settle(world);
}

void Scale(World& world) {
  world.Apply(SampleDeployment("web", 3, "app:v1"));
  Settle(world);
  world.Scale("web", 6);
  Settle(world);
  world.Scale("web", 1);
  Settle(world);
}

void UpdateInPlace(World& world) {
  world.Apply(InPlaceDeployment(3, "app:v1"));
  Settle(world);
  world.SetImage("web", "app:v2");
  Settle(world);
}

void UpdateAndUndoInPlace(World& world) {
  UpdateInPlace(world);
  world.RolloutUndo("web");
  Settle(world);
}

// The user undoes the rollout when two Pods run the new image and the partition holds the third
// back.
void UndoInPlaceMidway(World& world) {
  world.Apply(InPlaceDeployment(3, "app:v1", {{"partition", "1"}}));
  Settle(world);
  world.SetImage("web", "app:v2");
  Settle(world);
  world.RolloutUndo("web");
  Settle(world);
}

void ResizeInPlace(World& world) {
  world.Apply(SizedDeployment(3, "500m"));
  Settle(world);
  SetSizes(world, "750m");
  Settle(world);
}

// A container restarts for its memory, the image changes with it, and the user undoes it when two
// Pods have both.
void UndoResizeMidway(World& world) {
  world.Apply(SizedDeployment(3, "500m", {{"partition", "1"}}, /*restarts=*/true));
  Settle(world);
  SetSizes(world, "750m", "2Gi");
  world.SetImage("web", "app:v2");
  Settle(world);
  world.RolloutUndo("web");
  Settle(world);
}

void UpdateWithStandIns(World& world) {
  Json deployment = InPlaceDeployment(2, "app:v1");
  deployment["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 1}, {"maxUnavailable", 0}};
  world.Apply(deployment);
  Settle(world);
  world.SetImage("web", "app:v2");
  Settle(world);
}

// Returns how many owners of ReplicaSets the script applies.
int64_t OwnersIn(const Script& script) {
  std::set<std::string> names;
  for (const ScriptStep& step : script.steps) {
    for (const ScriptAction& action : step.actions) {
      if (action.verb == "apply") names.insert(action.words.front());
    }
  }
  return static_cast<int64_t>(std::max<size_t>(names.size(), 1));
}

}  // namespace

WorldOptions Steady(WorldOptions options) {
  options.network.latency_min = options.network.latency_max = milliseconds(1);
  options.replica_sets.lag_max = options.replica_sets.lag_min;
  options.replication_controllers.lag_max = options.replication_controllers.lag_min;
  options.kubelet.lag_max = options.kubelet.lag_min;
  options.garbage_collector.lag_max = options.garbage_collector.lag_min;
  return options;
}

std::vector<CrashScenario> CrashScenarios(const std::string& scripts) {
  std::vector<CrashScenario> scenarios = {
      {"create and roll", Steady({}), CreateAndRoll},
      {"roll and undo", Steady({}), RollAndUndo},
      {"Recreate, slow to stop", Steady({}), RecreateSlowly},
      {"history clean-up", Steady({}), CleanUp},
      {"scale", Steady({}), Scale},
      {"in place", Steady({}), UpdateInPlace},
      {"in place and undo", Steady({}), UpdateAndUndoInPlace},
      {"in place, undone midway", Steady({}), UndoInPlaceMidway},
      {"in place, stand-ins", Steady({}), UpdateWithStandIns},
      {"in place, CPU", Steady({}), ResizeInPlace},
      {"in place, memory and image, undone midway", Steady({}), UndoResizeMidway}};
  for (const Script& script : LoadScripts(scripts)) {
    scenarios.push_back({script.name, Steady(ScriptWorld()), [script](World& world) {
                           ScriptPlayer player(world);
                           for (const ScriptStep& step : script.steps) player.Play(step);
                         }});
  }
  return scenarios;
}

std::vector<CrashScenario> RolloutScenarios(const std::string& scripts) {
  std::vector<CrashScenario> scenarios;
  for (const Script& script : LoadScripts(scripts)) {
    const auto play = [script](World& world) {
      ScriptPlayer player(world, kRollouts);
      for (const ScriptStep& step : script.steps) player.Play(step);
    };
    scenarios.push_back(
        {script.name, Steady(ScriptWorld()), play, RolloutsAlone(), OwnersIn(script)});
  }
  return scenarios;
}

}  // namespace windlass::sim
