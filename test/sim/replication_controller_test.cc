// The modelled controller of ReplicationControllers, without Windlass: what an update of two
// ReplicationControllers leans on.
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/world.h"

namespace windlass::sim::replication_controller_test {
namespace {

constexpr ResourceId kKind = resources::kReplicationControllers;
const StoreKey kWeb{kKind, "default", "web"};

Json StatusOf(World& world, const StoreKey& key) {
  const Object object = world.api().Find(key);
  return object == nullptr ? Json() : At(*object, {"status"});
}

std::vector<Object> Pods(World& world) { return world.api().List(resources::kPods, "default"); }

std::set<std::string> UidsOfPods(World& world) {
  std::set<std::string> uids;
  for (const Object& pod : Pods(world)) uids.insert(UidOf(*pod));
  return uids;
}

size_t PodsOwnedBy(World& world, const std::string& uid) {
  size_t count = 0;
  for (const Object& pod : Pods(world)) count += ControllerUidOf(*pod) == uid ? 1 : 0;
  return count;
}

// Calls `notice` at each creation of a Pod.
void CountCreations(World& world, int& created) {
  world.api().store().OnChange([&created](const Change& change) {
    const bool pod = change.key.resource == resources::kPods;
    if (pod && change.before == nullptr) ++created;
  });
}

TEST_CASE("A ReplicationController of five comes up and goes down") {
  World world(1);
  world.Apply(SampleReplicationController("web", 5));
  REQUIRE(world.Quiesce());
  const Json five = {{"observedGeneration", 1},
                     {"replicas", 5},
                     {"fullyLabeledReplicas", 5},
                     {"readyReplicas", 5},
                     {"availableReplicas", 5}};
  CHECK(StatusOf(world, kWeb) == five);
  REQUIRE(Pods(world).size() == 5);
  const Json& owner = ControllerOf(*Pods(world).front());
  CHECK(TextAt(owner, {"apiVersion"}) == "v1");
  CHECK(TextAt(owner, {"kind"}) == "ReplicationController");
  CHECK(TextAt(owner, {"uid"}) == UidOf(*world.api().Find(kWeb)));

  world.Scale("web", 0, kKind);
  REQUIRE(world.Quiesce());
  const Json none = {{"observedGeneration", 2}, {"replicas", 0}};
  CHECK(StatusOf(world, kWeb) == none);
  CHECK(Pods(world).empty());
}

TEST_CASE("A Pod of a ReplicationController that stops slowly counts no more") {
  World world(2);
  world.Apply(SampleReplicationController("web", 2, "app:v1-slow-stop-5s"));
  REQUIRE(world.Quiesce());
  world.Scale("web", 1, kKind);
  REQUIRE(world.RunUntil([&] { return IntAt(StatusOf(world, kWeb), {"observedGeneration"}) == 2; },
                         seconds(3)));
  world.RunFor(seconds(1));
  CHECK(Pods(world).size() == 2);
  CHECK(IntAt(StatusOf(world, kWeb), {"replicas"}) == 1);
  CHECK(!StatusOf(world, kWeb).contains("terminatingReplicas"));
}

TEST_CASE("A Pod without a label of the template is not fully labelled") {
  World world(3);
  world.Apply(SampleReplicationController("web", 2));
  REQUIRE(world.Quiesce());
  world.Edit("web", {{"spec", {{"template", {{"metadata", {{"labels", {{"v", "2"}}}}}}}}}}, kKind);
  REQUIRE(world.Quiesce());
  CHECK(IntAt(StatusOf(world, kWeb), {"observedGeneration"}) == 2);
  CHECK(IntAt(StatusOf(world, kWeb), {"replicas"}) == 2);
  CHECK(IntAt(StatusOf(world, kWeb), {"fullyLabeledReplicas"}) == 0);
}

TEST_CASE("A ReplicationController adopts matching orphans and releases the others (D-746)") {
  World world(4);
  world.Apply(SamplePod("orphan", "web"));
  world.Apply(SampleReplicationController("web", 2));
  REQUIRE(world.Quiesce());
  CHECK(Pods(world).size() == 2);
  const StoreKey orphan{resources::kPods, "default", "orphan"};
  REQUIRE(world.api().Find(orphan) != nullptr);
  CHECK(ControllerUidOf(*world.api().Find(orphan)) == UidOf(*world.api().Find(kWeb)));
  world.api().Update("user", orphan, "",
                     [](Json& pod) { pod["metadata"]["labels"]["app"] = "other"; });
  REQUIRE(world.Quiesce());
  CHECK(ControllerOf(*world.api().Find(orphan)).is_null());
  CHECK(Pods(world).size() == 3);
}

TEST_CASE("A ReplicaSet and a ReplicationController with one selector keep their own Pods") {
  World world(5);
  world.Apply(SampleReplicaSet("web", 2));
  world.Apply(SampleReplicationController("web", 3));
  REQUIRE(world.Quiesce());
  CHECK(PodsOwnedBy(world, UidOf(*world.api().Find(kWeb))) == 3);
  CHECK(PodsOwnedBy(world, UidOf(*world.api().Find({resources::kReplicaSets, "default", "web"}))) ==
        2);
  CHECK(Pods(world).size() == 5);
}

TEST_CASE("Orphaned Pods of one ReplicationController pass to another in one write") {
  World world(GENERATE(range(1U, 6U)));
  world.Apply(SampleReplicationController("web", 0));
  world.Apply(SampleReplicationController("web-2", 3));
  REQUIRE(world.Quiesce());
  const std::set<std::string> before = UidsOfPods(world);
  REQUIRE(before.size() == 3);
  int created = 0;
  CountCreations(world, created);
  world.Delete("web-2", Propagation::kOrphan, kKind);
  REQUIRE(world.Quiesce());
  CHECK(PodsOwnedBy(world, "") == 3);
  CHECK(world.api().Find({kKind, "default", "web-2"}) == nullptr);
  const int replicas = GENERATE(3, 1);
  world.api().Update("user", kWeb, "", [&](Json& web) {
    web["spec"]["selector"] = {{"app", "web-2"}};
    web["spec"]["template"] = SampleTemplate("web-2");
    web["spec"]["replicas"] = replicas;
  });
  REQUIRE(world.Quiesce());
  CHECK(PodsOwnedBy(world, UidOf(*world.api().Find(kWeb))) == static_cast<size_t>(replicas));
  CHECK(created == 0);
  // With a smaller number it adopts all of them, and deletes those that are too many.
  if (replicas == 3) CHECK(UidsOfPods(world) == before);
  CHECK(Pods(world).size() == static_cast<size_t>(replicas));
}

TEST_CASE("What becomes of the Pods of a ReplicationController that is deleted") {
  World world(7);
  world.Apply(SampleReplicationController("web", 2));
  REQUIRE(world.Quiesce());
  SECTION("A DELETE without a policy leaves them without an owner") {
    REQUIRE(world.api().Delete("user", kWeb).ok());
    REQUIRE(world.Quiesce());
    CHECK(PodsOwnedBy(world, "") == 2);
  }
  SECTION("A background or foreground deletion deletes them") {
    world.Delete("web", GENERATE(Propagation::kBackground, Propagation::kForeground), kKind);
    REQUIRE(world.Quiesce());
    CHECK(Pods(world).empty());
  }
  SECTION("The end of the namespace deletes them") {
    REQUIRE(world.api().Delete("user", {resources::kNamespaces, "", "default"}).ok());
    CHECK(world.RunUntil([&] { return Pods(world).empty(); }, seconds(60)));
  }
  CHECK(world.RunUntil([&] { return world.api().Find(kWeb) == nullptr; }, seconds(60)));
}

TEST_CASE("A ReplicationController controller whose views lag ends with as many Pods") {
  const uint32_t seed = GENERATE(range(1U, 6U));
  WorldOptions options;
  options.replication_controllers.replica_set_view_lag_max = seconds(20);
  options.replication_controllers.pod_view_lag_max = seconds(20);
  options.replication_controllers.status_lag_max = seconds(20);
  World world(seed, options);
  world.Apply(SampleReplicationController("web", 4));
  world.RunFor(seconds(10));
  world.Scale("web", 1, kKind);
  world.RunFor(seconds(10));
  world.Scale("web", 3, kKind);
  REQUIRE(world.Quiesce(seconds(60)));
  CHECK(Pods(world).size() == 3);
  CHECK(IntAt(StatusOf(world, kWeb), {"availableReplicas"}) == 3);
}

TEST_CASE("While it is stopped, the controller of ReplicationControllers does nothing") {
  World world(9);
  world.Apply(SampleReplicationController("web", 1));
  REQUIRE(world.Quiesce());
  world.replication_controller().Stop(true);
  world.Scale("web", 3, kKind);
  world.RunFor(seconds(60));
  CHECK(Pods(world).size() == 1);
  CHECK(IntAt(StatusOf(world, kWeb), {"observedGeneration"}) == 1);
  world.replication_controller().Stop(false);
  REQUIRE(world.Quiesce());
  CHECK(Pods(world).size() == 3);
}

}  // namespace
}  // namespace windlass::sim::replication_controller_test
