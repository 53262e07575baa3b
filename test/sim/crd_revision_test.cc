// The CustomResourceDefinition of a kind is older than Windlass: nothing is written before it is
// new enough, and then all is carried out.
#include <memory>
#include <string>

#include "controller/replication_controller/crd.h"
#include "controller/rollout/crd.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/two_kinds.h"
#include "test/sim/update_run.h"

namespace windlass::sim::crd_revision_test {
namespace {

constexpr Duration kLimit = seconds(3600);
const std::string kWeb = "web";

// A kind, the process that carries it out, and how a user asks for something.
struct Row {
  const kind::NeededCrd& crd;
  ProcessControllers controllers;
  void (*ask)(World& world);
  bool (*is_done)(const World& world);
};

Row Rollouts() {
  return {.crd = rollout::kCrd,
          .controllers = RolloutsAlone(),
          .ask = [](World& world) { world.Apply(SampleRollout(kWeb, 2)); },
          .is_done = [](const World& world) { return world.IsComplete(kWeb, kRollouts); }};
}

Row Updates() {
  return {.crd = replication_controller::kCrd,
          .controllers = UpdatesAlone(),
          .ask =
              [](World& world) {
                world.Apply(SampleReplicationController(kWeb, 2, "app:v1"));
                world.Apply(SampleUpdate(kWeb, {{"image", "app:v2"}}));
              },
          .is_done =
              [](const World& world) {
                const Object update = world.Owner(kWeb, kUpdates);
                return TextAt(*update, {"status", "phase"}) == "Succeeded";
              }};
}

struct Fixture {
  Fixture() {
    world.api().store().OnChange([this](const Change& change) {
      const ResourceId& resource = change.key.resource;
      if (change.actor == "windlass" && resource != resources::kLeases) ++written;
    });
  }
  // The API server shows the CustomResourceDefinition with this revision from now on.
  void Show(int64_t revision) {
    Json crd = {{"apiVersion", "apiextensions.k8s.io/v1"}, {"kind", "CustomResourceDefinition"}};
    crd["metadata"]["name"] = NameOf(row.crd);
    crd["metadata"]["annotations"] = {{kind::kCrdRevisionKey, std::to_string(revision)}};
    world.api().Show("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + NameOf(row.crd),
                     crd);
  }
  void Start() {
    windlass = std::make_unique<WindlassProcess>(world, ClientOptions{}, row.controllers);
  }
  bool IsDone() const { return row.is_done(world); }

  const Row row = GENERATE(0, 1) == 0 ? Rollouts() : Updates();
  World world{1};
  std::unique_ptr<WindlassProcess> windlass;
  int written = 0;
};

TEST_CASE_METHOD(Fixture,
                 "under an older CustomResourceDefinition nothing is written (RO-101, RC-24)") {
  Show(row.crd.revision - 1);
  Start();
  row.ask(world);
  world.RunFor(seconds(300));
  CHECK(written == 0);
  Show(row.crd.revision);
  REQUIRE(world.RunUntil([&] { return IsDone(); }, kLimit));
  CHECK(written > 0);
  REQUIRE(world.Quiesce());
  CHECK(world.Complaints() == "");
  Proves("RO-101 RC-24");
}

TEST_CASE_METHOD(Fixture,
                 "a process that takes over waits for the CustomResourceDefinition, too (RC-24)") {
  Show(row.crd.revision);
  Start();
  row.ask(world);
  REQUIRE(world.RunUntil([&] { return written > 1; }, kLimit));
  windlass.reset();
  world.RunFor(seconds(60));  // what was on its way arrives
  Show(row.crd.revision - 1);
  const int before = written;
  Start();
  world.RunFor(seconds(300));
  CHECK(written == before);
  Show(row.crd.revision);
  REQUIRE(world.RunUntil([&] { return IsDone(); }, kLimit));
  REQUIRE(world.Quiesce());
  CHECK(world.Complaints() == "");
  Proves("RC-24");
}

}  // namespace
}  // namespace windlass::sim::crd_revision_test
