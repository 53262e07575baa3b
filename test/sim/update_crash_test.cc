// As crash_test.cc, for updates of ReplicationControllers: a crash at any call equals a restart,
// and so does a reply that never comes (I-38).
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/sim/crash_sweep.h"
#include "test/sim/sample_objects.h"
#include "test/sim/update_run.h"

namespace windlass::sim::update_crash_test {
namespace {

const std::string kWeb = "web";

// Waits longer than a list that gets no answer takes.
void Settle(World& world) { world.Quiesce(seconds(80), seconds(3600)); }

void Ask(World& world, const Json& spec) {
  world.Apply(SampleUpdate(kWeb, spec));
  Settle(world);
}

void Begin(World& world, int replicas) {
  world.Apply(SampleReplicationController(kWeb, replicas, "app:v1"));
  Settle(world);
}

Json ByFile(int replicas) {
  return {{"newName", "web-2"}, {"controller", NewController("web-2", "2", "app:v2", replicas)}};
}

void Rename(World& world) {
  Begin(world, 3);
  Ask(world, {{"image", "app:v2"}});
}

void Replace(World& world) {
  Begin(world, 2);
  Ask(world, ByFile(4));
}

void Preserve(World& world) {
  Begin(world, 2);
  Json spec = ByFile(2);
  spec["cleanup"] = "Preserve";
  Ask(world, spec);
}

// The new image never gets ready, so that the update stands still until it is taken back.
void RollBack(World& world) {
  Begin(world, 2);
  Ask(world, {{"image", "app:v2-never-ready"}, {"timeout", "40s"}});
  Ask(world, {{"rollback", true}});
}

void RollBackByFile(World& world) {
  Begin(world, 2);
  Json spec = ByFile(3);
  spec["controller"]["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v2-never-ready";
  spec["timeout"] = "40s";
  Ask(world, spec);
  Ask(world, {{"rollback", true}});
}

// The new image never gets ready, so that the user scales at the same place in each run.
void AdoptScaling(World& world) {
  Begin(world, 2);
  Json spec = ByFile(2);
  spec["controller"]["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v2-never-ready";
  spec["onExternalScale"] = "Adopt";
  spec["timeout"] = "10h";
  Ask(world, spec);
  world.Scale("web-2", 3, kControllers);
  Settle(world);
  Ask(world, {{"rollback", true}});
}

std::vector<CrashScenario> Scenarios() {
  return {{"update, rename", Steady({}), Rename, UpdatesAlone()},
          {"update, another name", Steady({}), Replace, UpdatesAlone()},
          {"update, Preserve", Steady({}), Preserve, UpdatesAlone()},
          {"update, taken back", Steady({}), RollBack, UpdatesAlone()},
          {"update by file, taken back", Steady({}), RollBackByFile, UpdatesAlone()},
          {"update, scaled by others", Steady({}), AdoptScaling, UpdatesAlone()}};
}

void SweepAll(Successor successor, uint32_t one_in) {
  uint64_t runs = 0;
  for (const CrashScenario& scenario : Scenarios()) {
    const SweepReport report = Sweep(scenario, successor, one_in);
    CHECK(report.calls > 5);
    for (const std::string& difference : report.differences) FAIL_CHECK(difference);
    runs += report.runs;
  }
  CHECK(runs > 0);
}

// The default run tries one in this many of the faults.
constexpr uint32_t kOneIn = 24;

TEST_CASE("a crash or a lost reply changes nothing in the end of an update (I-38)") {
  SweepAll(Successor::kRestarted, kOneIn);
  SweepAll(Successor::kStandby, 2 * kOneIn);
}

TEST_CASE("a crash or a lost reply at every call of updates", "[.sweep]") {
  SweepAll(GENERATE(Successor::kRestarted, Successor::kStandby), 1);
}

}  // namespace
}  // namespace windlass::sim::update_crash_test
