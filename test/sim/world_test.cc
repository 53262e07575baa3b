// The simulated cluster without Windlass: it moves by itself, and in the same way each time.
#include "test/sim/world.h"

#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/api/pod.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/cache/informer.h"
#include "test/catch.h"
#include "test/sim/rollout_undo.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim::world_test {
namespace {

const StoreKey kWeb{resources::kReplicaSets, "default", "web"};

int64_t StatusOf(World& world, const StoreKey& key, const char* field) {
  const Object object = world.api().Find(key);
  return object == nullptr ? -1 : IntAt(*object, {"status", field});
}

void ScaleReplicaSet(World& world, int replicas) {
  world.api().Update("user", kWeb, "", [&](Json& rs) { rs["spec"]["replicas"] = replicas; });
}

ReflectorOptions Watching(const ResourceId& resource) {
  ReflectorOptions options;
  options.resource = resource;
  return options;
}

uint64_t HashOfAScenario(uint64_t seed) {
  World world(seed);
  auto process = world.Boot();
  Informer<ReplicaSet> informer(process->environment(), Watching(resources::kReplicaSets),
                                &DecodeReplicaSet);
  informer.Start();
  world.Apply(SampleReplicaSet("web", 5));
  world.Quiesce();
  ScaleReplicaSet(world, 2);
  world.Quiesce();
  informer.Stop();
  world.RunFor(seconds(1));
  return world.trace_hash();
}

TEST_CASE("The same seed gives the same trace, another seed another one (I-42)") {
  const uint64_t seed = GENERATE(1U, 2U, 77U);
  const uint64_t hash = HashOfAScenario(seed);
  CHECK(hash == HashOfAScenario(seed));
  CHECK(hash != HashOfAScenario(seed + 1));
}

TEST_CASE("A ReplicaSet of five comes up and goes down") {
  World world(1);
  world.Apply(SampleReplicaSet("web", 5));
  REQUIRE(world.Quiesce());
  CHECK(StatusOf(world, kWeb, "replicas") == 5);
  CHECK(StatusOf(world, kWeb, "readyReplicas") == 5);
  CHECK(StatusOf(world, kWeb, "availableReplicas") == 5);
  CHECK(StatusOf(world, kWeb, "observedGeneration") == 1);
  CHECK(world.api().List(resources::kPods, "default").size() == 5);

  ScaleReplicaSet(world, 2);
  REQUIRE(world.Quiesce());
  CHECK(StatusOf(world, kWeb, "replicas") == 2);
  CHECK(StatusOf(world, kWeb, "terminatingReplicas") == 0);
  CHECK(StatusOf(world, kWeb, "observedGeneration") == 2);
  CHECK(world.api().List(resources::kPods, "default").size() == 2);

  ScaleReplicaSet(world, 0);
  REQUIRE(world.Quiesce());
  CHECK(StatusOf(world, kWeb, "replicas") == 0);
  CHECK(world.api().List(resources::kPods, "default").empty());
}

TEST_CASE("A status can acknowledge a generation with the counters of before (D-742)") {
  World world(3);
  world.Apply(SampleReplicaSet("web", 3));
  CHECK(world.RunUntil([&] { return StatusOf(world, kWeb, "observedGeneration") == 1; },
                       seconds(10)));
  CHECK(StatusOf(world, kWeb, "replicas") == 0);
}

TEST_CASE("Pods that are deleted are replaced, and count as terminating while they stop") {
  World world(4);
  world.Apply(SampleReplicaSet("web", 2, "registry.example/web-slow-stop-5s:1"));
  REQUIRE(world.Quiesce());
  const Object victim = world.api().List(resources::kPods, "default").front();
  world.api().Delete("user", {resources::kPods, "default", NameOf(*victim)});
  CHECK(world.RunUntil([&] { return StatusOf(world, kWeb, "terminatingReplicas") == 1; },
                       seconds(3)));
  CHECK(
      world.RunUntil([&] { return StatusOf(world, kWeb, "availableReplicas") == 2; }, seconds(3)));
  CHECK(world.api().List(resources::kPods, "default").size() == 3);
  REQUIRE(world.Quiesce());
  CHECK(world.api().List(resources::kPods, "default").size() == 2);
}

TEST_CASE("A ReplicaSet adopts matching orphans and releases Pods that no longer match (D-746)") {
  World world(5);
  world.Apply(SamplePod("orphan", "web"));
  world.Apply(SampleReplicaSet("web", 2));
  REQUIRE(world.Quiesce());
  CHECK(world.api().List(resources::kPods, "default").size() == 2);

  const StoreKey orphan{resources::kPods, "default", "orphan"};
  world.api().Update("user", orphan, "",
                     [](Json& pod) { pod["metadata"]["labels"]["app"] = "other"; });
  REQUIRE(world.Quiesce());
  CHECK(ControllerOf(*world.api().Find(orphan)).is_null());
  CHECK(world.api().List(resources::kPods, "default").size() == 3);
}

struct ImageRow {
  std::string image;
  int64_t ready;      // after 2 s
  int64_t available;  // in the end, with minReadySeconds 10
};

TEST_CASE("Images behave as they are named") {
  const ImageRow row = GENERATE(values<ImageRow>({
      {"registry.example/web:1", 1, 1},
      {"registry.example/missing:1", 0, 0},
      {"registry.example/web:never-ready", 0, 0},
      {"registry.example/web-slow-pull-3s:1", 0, 1},
      {"registry.example/web-slow-start-3s:1", 0, 1},
      {"registry.example/web-slow-ready-3s:1", 0, 1},
      {"registry.example/web-crash-1s:1", 0, 0},
      {"registry.example/web-exits-5s:1", 1, 0},
  }));
  CAPTURE(row.image);
  World world(6);
  Json rs = SampleReplicaSet("web", 1, row.image);
  rs["spec"]["minReadySeconds"] = 10;
  world.Apply(rs);
  world.RunFor(seconds(2));
  CHECK(StatusOf(world, kWeb, "readyReplicas") == row.ready);
  CHECK(StatusOf(world, kWeb, "availableReplicas") == 0);
  world.RunFor(seconds(60));
  CHECK(StatusOf(world, kWeb, "availableReplicas") == row.available);
}

TEST_CASE("The garbage collector removes a deleted Deployment's ReplicaSets and their Pods") {
  const Propagation propagation = GENERATE(Propagation::kBackground, Propagation::kForeground);
  World world(7);
  const Object deployment = world.Apply(SampleDeployment("web", 3));
  Json rs = SampleReplicaSet("web", 3);
  rs["metadata"]["ownerReferences"] = ControlledBy(*deployment);
  world.Apply(rs);
  REQUIRE(world.Quiesce());
  REQUIRE(world.Pods("web").size() == 3);
  world.Delete("web", propagation);
  REQUIRE(world.Quiesce());
  CHECK(world.Deployment("web") == nullptr);
  CHECK(world.api().List(resources::kReplicaSets, "default").empty());
  CHECK(world.api().List(resources::kPods, "default").empty());
}

TEST_CASE("An orphaned ReplicaSet keeps its Pods") {
  World world(8);
  const Object deployment = world.Apply(SampleDeployment("web", 3));
  Json rs = SampleReplicaSet("web", 3);
  rs["metadata"]["ownerReferences"] = ControlledBy(*deployment);
  world.Apply(rs);
  world.Delete("web", Propagation::kOrphan);
  REQUIRE(world.Quiesce());
  REQUIRE(world.api().Find(kWeb) != nullptr);
  CHECK(ControllerOf(*world.api().Find(kWeb)).is_null());
  CHECK(StatusOf(world, kWeb, "availableReplicas") == 3);
}

TEST_CASE("kubectl rollout undo replaces template and annotations (D-624)") {
  World world(9);
  const Object deployment = world.Apply(SampleDeployment("web", 1, "registry.example/web:2"));
  const auto add = [&](int revision, const std::string& image) {
    Json rs = SampleReplicaSet("web-" + std::to_string(revision), 0, image);
    rs["metadata"]["ownerReferences"] = ControlledBy(*deployment);
    rs["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = std::to_string(revision);
    rs["metadata"]["annotations"]["kubernetes.io/change-cause"] = image;
    rs["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] = std::to_string(revision);
    rs["spec"]["template"]["metadata"]["labels"]["app"] = rs["metadata"]["name"];
    rs["spec"]["template"]["metadata"]["labels"]["web"] = "yes";
    world.Apply(rs);
  };
  add(1, "registry.example/web:1");
  add(2, "registry.example/web:2");
  world.Annotate("web", "deployment.kubernetes.io/revision", "2");
  CHECK_FALSE(world.RolloutUndo("web", 5));

  const Object before = world.Deployment("web");
  const Json patch = UndoPatch(*before, world.ReplicaSets("web"), std::nullopt);
  REQUIRE(patch.size() == 2);
  CHECK(patch[0]["path"] == "/spec/template");
  CHECK(TextAt(patch[0]["value"], {"metadata", "labels", "pod-template-hash"}).empty());
  CHECK(patch[0]["value"]["spec"]["containers"][0]["image"] == "registry.example/web:1");
  Json annotations = {{"deployment.kubernetes.io/revision", "2"},
                      {"kubernetes.io/change-cause", "registry.example/web:1"}};
  CHECK(patch[1]["value"] == annotations);
}

TEST_CASE("An informer follows the world") {
  World world(10);
  auto process = world.Boot();
  ReflectorOptions options = Watching(resources::kPods);
  options.field_selector = "status.phase!=Succeeded,status.phase!=Failed";
  options.metadata_only = true;
  Informer<PodMetadata> informer(process->environment(), options, &DecodePodMetadata);
  informer.Start();
  REQUIRE(world.RunUntil([&] { return informer.HasSynced(); }, seconds(10)));
  world.Apply(SampleReplicaSet("web", 4));
  REQUIRE(world.Quiesce());
  CHECK(informer.store().size() == 4);
  ScaleReplicaSet(world, 1);
  REQUIRE(world.Quiesce());
  CHECK(informer.store().size() == 1);
  // Watches end and begin again all day.
  world.RunFor(std::chrono::hours(24));
  CHECK(informer.store().size() == 1);
  CHECK(informer.reflector().counters().relists_after_gone == 0);
  informer.Stop();
}

TEST_CASE("An informer finds its way back after its revision was compacted") {
  World world(11);
  auto process = world.Boot();
  Informer<ReplicaSet> informer(process->environment(), Watching(resources::kReplicaSets),
                                &DecodeReplicaSet);
  informer.Start();
  REQUIRE(world.RunUntil([&] { return informer.HasSynced(); }, seconds(10)));
  world.api().EndWatches();
  world.Apply(SampleReplicaSet("web", 0));
  world.api().store().CompactAll();
  CHECK(world.RunUntil([&] { return informer.store().size() == 1; }, seconds(120)));
  CHECK(informer.reflector().counters().relists_after_gone == 1);
  informer.Stop();
}

}  // namespace
}  // namespace windlass::sim::world_test
