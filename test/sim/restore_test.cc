// etcd is restored from a backup: the caches must forget what happened since the backup (R-044,
// R-045, R-061).
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/deployment/deployment_controller.h"
#include "controller/workload/watch/workload_cache.h"
#include "test/catch.h"
#include "test/sim/faulty_network.h"
#include "test/sim/sample_objects.h"
#include "test/sim/world.h"

namespace windlass::sim::restore_test {
namespace {

struct Fixture {
  Fixture() {
    informers.on_reset = [this] { ++resets; };
    for (const char* name : {"web", "doomed", "still"}) world.Apply(SampleDeployment(name, 1));
    REQUIRE(world.Quiesce());
    cache.Start();
    REQUIRE(world.RunUntil([this] { return cache.HasSynced(); }, seconds(60)));
  }
  InformerEnvironment Environment() {
    const InformerEnvironment real = process->environment();
    return {real.clock, real.random, real.log, real.timers, network, real.decoder};
  }

  // What happens after the backup; the restore loses it.
  void Future() {
    world.SetImage("web", "registry.example/web:lost");
    world.Apply(SampleDeployment("lost", 1));
    world.Delete("doomed");
    REQUIRE(world.Quiesce());
    REQUIRE(SameAsServer());
  }
  void PutBack(const ObjectStore::Backup& backup) {
    network.SetDown(true);
    world.RunFor(seconds(2));  // meanwhile connections are refused
    world.api().store().PutBack(backup);
  }
  // Makes `count` writes before the first watch is back.
  void Write(uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) world.Annotate("still", "write", std::to_string(i));
  }
  uint64_t Lists() const {
    uint64_t lists = 0;
    for (const Reflector* reflector :
         {&deployments.informer().reflector(), &cache.replica_sets().reflector()}) {
      lists += reflector->counters().lists + reflector->counters().watch_lists;
    }
    return lists;
  }

  using Held = std::map<std::string, std::string>;  // by name: uid and resourceVersion
  bool SameAsServer() {
    Held held;
    deployments.objects().ForEach([&](const windlass::Deployment& object) {
      held[object.meta.name] = object.meta.uid.ToString() + "@" + object.meta.resource_version.text;
    });
    Held there;
    for (const Object& object : world.api().List(resources::kDeployments, "default")) {
      const Json& meta = object->at("metadata");
      there[meta.at("name")] =
          meta.at("uid").get<std::string>() + "@" + meta.at("resourceVersion").get<std::string>();
    }
    return held == there;
  }

  World world{GENERATE(range(1U, 5U))};
  std::unique_ptr<SimProcess> process = world.Boot();
  FaultyNetwork network{process->clock(), process->timers(), process->transport()};
  Informers informers{Environment(), ""};
  DeploymentStore deployments{informers};
  WorkloadCache cache{informers, deployments};
  int resets = 0;
};

TEST_CASE_METHOD(Fixture, "an etcd put back is noticed, however far it is by then (R-061)") {
  const ObjectStore::Backup backup = world.api().store().Save();
  Future();
  const uint64_t seen = world.api().store().revision();
  PutBack(backup);
  const uint64_t lost = seen - world.api().store().revision();
  SECTION("behind what was seen") {}
  SECTION("as far") { Write(lost); }
  SECTION("far beyond") { Write(2 * lost + 10); }
  network.SetDown(false);
  CHECK(world.RunUntil([this] { return cache.HasSynced() && SameAsServer(); }, seconds(30)));
  CHECK(resets == 1);
}

TEST_CASE_METHOD(Fixture, "a server that was away is listed once, and is no other past (C-013)") {
  network.SetDown(true);
  world.RunFor(seconds(GENERATE(1, 20)));
  Write(3);
  const uint64_t before = Lists();
  network.SetDown(false);
  CHECK(world.RunUntil([this] { return SameAsServer(); }, seconds(60)));
  world.RunFor(seconds(60));
  CHECK(Lists() <= before + 2);
  CHECK(resets == 0);
}

}  // namespace
}  // namespace windlass::sim::restore_test
