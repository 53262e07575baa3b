// How far a ReplicaSet may grow while Pods of others are alive.
#include "controller/workload/sizes/room_to_grow.h"

#include <limits>
#include <string>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/sizes/waiting_event.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::room_to_grow_test {
namespace {

constexpr int32_t kLargest = std::numeric_limits<int32_t>::max();

// 10 desired, 13 at most. "new" has 3 Pods; "old" was set from 10 to 8 and shows 10.
struct Shrinking : World {
  Shrinking() : World(10) {
    AddOld("old", 8, 8).status.replicas = 10;
    AddNew("new", 3, 3);
  }
  ReplicaSet& old() { return replica_sets[0]; }
  ReplicaSet& new_replica_set() { return replica_sets[1]; }
  Growth Towards(int32_t wanted) const {
    const Situation situation = Look();
    return GrowthOf(situation, situation.new_replica_set, wanted);
  }
};

bool Asks(const Growth& growth) {
  return growth.ask && std::get<Read>(*growth.ask).request.verb() == Verb::kList;
}

void Fail(ReplicaSet& rs) {
  Condition failure;
  failure.type = "ReplicaFailure";
  failure.status = "True";
  failure.reason = "FailedDelete";
  failure.message = "pods \"old-1\" is forbidden";
  rs.status.conditions = {failure};
}

TEST_CASE("a ReplicaSet grows when the Pods that made room are gone") {
  Shrinking world;
  CHECK(world.Towards(5).size == 3);
  CHECK_FALSE(world.Towards(5).whole);
  CHECK_FALSE(Asks(world.Towards(5)));  // Pods that are counted go sooner than a list comes
  world.old().status.replicas = 8;
  CHECK(world.Towards(5).size == 5);
  CHECK(world.Towards(5).whole);
  CHECK(world.Towards(2).size == 2);  // shrinking needs no room
  Proves("D-261 D-263");
}

TEST_CASE("a ReplicaSet does not grow in crumbs while Pods of others are on their way out") {
  Shrinking world;
  world.old().status.replicas = 9;
  CHECK(world.Towards(5).size == 3);
  SECTION("but takes what there is when their deletion is refused") {
    Fail(world.old());
    CHECK(world.Towards(5).size == 4);
    CHECK_FALSE(world.Towards(5).whole);
  }
  SECTION("and takes what there is when it is made") {
    world.new_replica_set().replicas = 0;
    world.replica_sets.pop_back();
    const Situation situation = world.Look();
    CHECK(GrowthOf(situation, nullptr, 5).size == 4);
  }
  Proves("D-182 D-261");
}

TEST_CASE("its own Pods above its size give a ReplicaSet no right to grow") {
  Shrinking world;
  world.new_replica_set().status.replicas = 10;
  CHECK(world.Towards(5).size == 3);
  Proves("D-261");
}

TEST_CASE("a size that was told counts until the Pods made for it are counted") {
  Shrinking world;
  world.old().status.replicas = 4;
  world.old().told.largest = 10;
  SECTION("not observed: the controller may make Pods for it still") {
    world.old().meta.generation = 2;
    CHECK(PossiblePods(world.old(), {10, 3, 2}) == 10);
    CHECK(world.Towards(5).size == 3);
    CHECK_FALSE(Asks(world.Towards(5)));
  }
  SECTION("observed: an uncached list tells") {
    CHECK(Asks(world.Towards(5)));
    CHECK(world.Towards(5).size == 3);
  }
  Proves("D-261");
}

TEST_CASE("where sizes were told before this process began, an annotation stands in") {
  Shrinking world;
  world.old().status.replicas = 8;
  world.old().told.known = false;
  CHECK(PossiblePods(world.old(), {10, 3, 2}) == 13);
  world.SetAnnotation(world.old(), kMaxReplicas, "9");
  CHECK(PossiblePods(world.old(), {10, 3, 2}) == 9);
  CHECK(Asks(world.Towards(5)));
  world.old().meta.generation = 2;  // a list would not show what is made next
  CHECK_FALSE(Asks(world.Towards(5)));
  // Nor does the annotation tell of the size before: 7 Pods of a workload that was scaled to 0.
  world.SetAnnotation(world.old(), kMaxReplicas, "0");
  CHECK(PossiblePods(world.old(), {10, 3, 2}) == 13);
}

TEST_CASE("sizes and counters of other people do not overflow") {
  Shrinking world;
  world.old().status.replicas = kLargest;
  ReplicaSet& huge = world.AddOld("huge", kLargest, 0);
  huge.told.largest = kLargest;
  CHECK(world.Towards(kLargest).size == 3);
  world.old().status.replicas = -5;
  CHECK(PossiblePods(world.old(), {10, 3, 2}) == 8);
}

TEST_CASE("users are told what takes the room") {
  Shrinking world;
  Condition progressing;
  progressing.type = "Progressing";
  progressing.last_update_time = kNow + seconds(-40);
  world.deployment.status.conditions = {progressing};
  const auto told = [&] {
    const Wait wait = WaitForRoom(world.Look());
    return wait.events.empty() ? std::string() : wait.events[0].message;
  };
  const std::string stays = "Replica set new stays at 3: ";
  CHECK(told() == stays + "replica set old may still have 10 Pods, and should have 8");
  CHECK(WaitForRoom(world.Look()).events[0].at_most_every == kHeldToldAgain);
  SECTION("with the server's words") {
    Fail(world.old());
    CHECK(told() ==
          stays +
              "replica set old may still have 10 Pods, and should have 8: FailedDelete: pods "
              "\"old-1\" is forbidden");
  }
  SECTION("nobody observes") {
    world.old().meta.generation = 7;
    CHECK(told() ==
          stays + "no controller has observed generation 7 of replica set old within 40 s");
  }
  SECTION("not at once") {
    world.deployment.status.conditions[0].last_update_time = kNow + seconds(-10);
    CHECK(told() == "");
    CHECK(WaitForRoom(world.Look()).look_again_in == Duration(seconds(20)));
  }
  SECTION("not when the old ReplicaSet was scaled down only now, after a long time at rest") {
    world.specs_since = kNow + seconds(-1);
    world.old().meta.generation = 7;
    CHECK(told() == "");
    CHECK(WaitForRoom(world.Look()).look_again_in == Duration(seconds(29)));
    world.specs_since = kNow + seconds(-30);
    CHECK(told() ==
          stays + "no controller has observed generation 7 of replica set old within 30 s");
  }
  SECTION("nor when there is room") {
    world.old().status.replicas = 8;
    CHECK(told() == "");
    CHECK_FALSE(WaitForRoom(world.Look()).look_again_in);
  }
  Proves("D-275");
}

}  // namespace
}  // namespace windlass::workload::room_to_grow_test
