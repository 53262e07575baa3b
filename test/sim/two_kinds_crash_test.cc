// As crash_test.cc, for Rollouts, and for both kinds at once: a crash at any call equals a restart,
// and so does a reply that never comes (I-38).
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/sim/crash_sweep.h"
#include "test/sim/in_place_run.h"
#include "test/sim/owners.h"
#include "test/sim/rollout_object.h"
#include "test/sim/sample_objects.h"
#include "test/sim/two_kinds.h"

namespace windlass::sim::two_kinds_crash_test {
namespace {

const std::string kName = "web";

// Waits longer than a list that gets no answer takes.
void Settle(World& world) { world.Quiesce(seconds(80), seconds(3600)); }

void SetImage(World& world, const std::string& image) {
  world.SetImage(kName, image, kRollouts);
  Settle(world);
}

void Begin(World& world, const Json& rollout) {
  world.Apply(rollout);
  Settle(world);
}

void Undo(World& world) {
  world.RolloutUndo(kName, std::nullopt, kRollouts);
  Settle(world);
}

void CreateAndRoll(World& world) {
  Begin(world, SampleRollout(kName, 5, "app:v1"));
  SetImage(world, "app:v2");
}

// A user who writes every field leaves Windlass nothing to ask the server for.
void RollWithDefaults(World& world) {
  Json rollout = SampleRollout(kName, 3, "app:v1");
  rollout["spec"]["template"] = TemplateInReplicaSet(rollout);
  Begin(world, rollout);
  SetImage(world, "app:v2");
}

void RollAndUndo(World& world) {
  Begin(world, SampleRollout(kName, 4, "app:v1"));
  SetImage(world, "app:v2");
  Undo(world);
}

void RecreateSlowly(World& world) {
  Json rollout = SampleRollout(kName, 3, "app:v1-slow-stop-5s");
  rollout["spec"]["strategy"] = {{"type", "Recreate"}};
  Begin(world, rollout);
  SetImage(world, "app:v2-slow-stop-5s");
}

void CleanUp(World& world) {
  Json rollout = SampleRollout(kName, 2, "app:v1");
  rollout["spec"]["revisionHistoryLimit"] = 0;
  Begin(world, rollout);
  SetImage(world, "app:v2");
}

void RollBoth(World& world) {
  world.Apply(SampleDeployment(kName, 3, "app:v1"));
  world.Apply(SampleRollout(kName, 3, "app:v1"));
  Settle(world);
  world.SetImage(kName, "app:v2");
  world.SetImage(kName, "app:v2", kRollouts);
  Settle(world);
}

void UpdateInPlace(World& world) {
  Begin(world, AsRollout(InPlaceDeployment(3, "app:v1")));
  SetImage(world, "app:v2");
}

void UpdateAndUndoInPlace(World& world) {
  UpdateInPlace(world);
  Undo(world);
}

// The user undoes the rollout when two Pods run the new image and the partition holds the third
// back.
void UndoInPlaceMidway(World& world) {
  Begin(world, AsRollout(InPlaceDeployment(3, "app:v1", {{"partition", "1"}})));
  SetImage(world, "app:v2");
  Undo(world);
}

void UpdateWithStandIns(World& world) {
  Json rollout = AsRollout(InPlaceDeployment(2, "app:v1"));
  rollout["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 1}, {"maxUnavailable", 0}};
  Begin(world, rollout);
  SetImage(world, "app:v2");
}

Json WithSteps(int replicas, const char* steps) {
  Json rollout = SampleRollout(kName, replicas, "app:v1");
  rollout["spec"]["strategy"] = {{"type", "RollingUpdate"}};
  rollout["spec"]["strategy"]["steps"] = Json::parse(steps);
  return rollout;
}

// One Pod, a minute, two Pods, and the fourth step of revision 2 waits for the user.
void TakeSteps(World& world) {
  Begin(world, WithSteps(4, R"([{"setUpdated": 1}, {"pause": {"duration": "60s"}},
                                {"setUpdated": "50%"}, {"pause": {}}])"));
  SetImage(world, "app:v2");
  world.Annotate(kName, "windlass.dev/promote", "4@2", kRollouts);
  Settle(world);
}

void Abort(World& world) {
  Begin(world, WithSteps(4, R"([{"setUpdated": 2}, {"pause": {}}])"));
  SetImage(world, "app:v2");
  world.Edit(kName, {{"spec", {{"abort", true}}}}, kRollouts);
  Settle(world);
}

// Returns the scripts with these names as scenarios of Rollouts; all scripts if there are no names.
std::vector<CrashScenario> Scripts(const std::set<std::string>& names) {
  std::vector<CrashScenario> scenarios = RolloutScenarios(WINDLASS_DIFFERENTIAL_DIR "/scripts");
  std::erase_if(scenarios, [&](const CrashScenario& scenario) {
    return !names.empty() && !names.contains(scenario.name);
  });
  REQUIRE(!scenarios.empty());
  REQUIRE(scenarios.size() >= names.size());
  return scenarios;
}

std::vector<CrashScenario> Replacing() {
  return {{"Rollout, create and roll", Steady({}), CreateAndRoll, RolloutsAlone()},
          {"Rollout, all fields written", Steady({}), RollWithDefaults, RolloutsAlone()},
          {"Rollout, roll and undo", Steady({}), RollAndUndo, RolloutsAlone()},
          {"Rollout, Recreate, slow to stop", Steady({}), RecreateSlowly, RolloutsAlone()},
          {"Rollout, history clean-up", Steady({}), CleanUp, RolloutsAlone()},
          {"both kinds", Steady({}), RollBoth, BothKinds(), 2}};
}

std::vector<CrashScenario> InPlace() {
  return {{"Rollout in place", Steady({}), UpdateInPlace, RolloutsAlone()},
          {"Rollout in place and undo", Steady({}), UpdateAndUndoInPlace, RolloutsAlone()},
          {"Rollout in place, undone midway", Steady({}), UndoInPlaceMidway, RolloutsAlone()},
          {"Rollout in place, stand-ins", Steady({}), UpdateWithStandIns, RolloutsAlone()}};
}

std::vector<CrashScenario> InSteps() {
  return {{"Rollout with steps", Steady({}), TakeSteps, RolloutsAlone()},
          {"Rollout aborted", Steady({}), Abort, RolloutsAlone()}};
}

void SweepAll(const std::vector<CrashScenario>& scenarios, Successor successor, uint32_t one_in) {
  uint64_t runs = 0;
  for (const CrashScenario& scenario : scenarios) {
    const SweepReport report = Sweep(scenario, successor, one_in);
    CHECK(report.calls > 5);
    for (const std::string& difference : report.differences) FAIL_CHECK(difference);
    runs += report.runs;
  }
  CHECK(runs > 0);
}

// The default run tries one in this many of the faults.
constexpr uint32_t kOneIn = 32;

void SweepBoth(const std::vector<CrashScenario>& scenarios) {
  SweepAll(scenarios, Successor::kRestarted, kOneIn);
  SweepAll(scenarios, Successor::kStandby, 2 * kOneIn);
}

TEST_CASE("a crash or a lost reply changes nothing in the end of a Rollout (I-38)") {
  SweepBoth(Replacing());
}

TEST_CASE("a crash or a lost reply changes nothing in scripts played as Rollouts (I-38)") {
  SweepBoth(Scripts({"roll", "rollover", "scale-midway", "recreate", "one-replica", "undo-revision",
                     "rollback-revision", "history-limit-one", "pause-midway", "crash-rolling",
                     "crash-recreate"}));
}

TEST_CASE("a crash or a lost reply changes nothing in the end of a Rollout in place (I-38)") {
  SweepBoth(InPlace());
}

TEST_CASE("a crash or a lost reply changes nothing in the end of a Rollout with steps (I-38)") {
  SweepBoth(InSteps());
}

TEST_CASE("a crash or a lost reply at every call of Rollouts", "[.sweep]") {
  const Successor successor = GENERATE(Successor::kRestarted, Successor::kStandby);
  SweepAll(Replacing(), successor, 1);
  SweepAll(InPlace(), successor, 1);
  SweepAll(InSteps(), successor, 1);
  SweepAll(Scripts({}), successor, 1);
}

}  // namespace
}  // namespace windlass::sim::two_kinds_crash_test
