// Which ReplicaSets a new leader patches against late writes of the former leader (L-012).
#include "controller/workload/watch/former_leader_fence.h"

#include <string>
#include <vector>

#include "test/catch.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::former_leader_fence_test {
namespace {

using Names = std::vector<std::string>;

Names Fenced(const View& view) {
  Names names;
  for (const Request& patch : FenceReplicaSets(view, "7")) names.push_back(patch.key().name);
  return names;
}

// A Deployment of 10 with maxSurge 0 and maxUnavailable 3, whose latest generation is observed.
struct Fixture {
  Fixture() {
    world.deployment.spec.max_surge = IntOrPercent::Int(0);
    world.deployment.spec.max_unavailable = IntOrPercent::Int(3);
    world.deployment.status.observed_generation = world.deployment.meta.generation;
  }
  void Count(int32_t replicas, int32_t updated) {
    world.deployment.status.replicas = replicas;
    world.deployment.status.updated_replicas = updated;
  }
  World world{10};
};

// The late write scales the new ReplicaSet from 0 to 3. If the template has changed meanwhile, the
// next ReplicaSet may have these 3 Pods already.
TEST_CASE_METHOD(Fixture, "the ReplicaSet that gets its first Pods next is fenced, too (L-012)") {
  const int32_t old = GENERATE(7, 10);
  CAPTURE(old);
  world.AddOld("web-1", old, old);
  world.AddNew("web-2", 0, 0);
  Count(old, 0);
  CHECK(Fenced(world.view()) == Names{"web-1", "web-2"});
}

TEST_CASE_METHOD(Fixture, "so is the third one, and none that gets no Pods (L-012)") {
  world.Add("web-0", 0, 0, 1);
  world.Add("web-1", 5, 5, 2);
  world.AddOld("web-2", 2, 2);
  world.AddNew("web-3", 0, 0);
  Count(7, 0);
  View view = world.view();
  CHECK(Fenced(view) == Names{"web-1", "web-2", "web-3"});
  view.workload.kept_revision = 1;  // the stable one: Pods that steps hold back come back in it
  CHECK(Fenced(view) == Names{"web-0", "web-1", "web-2", "web-3"});
}

TEST_CASE_METHOD(Fixture, "a Deployment without Pods between two revisions is fenced (L-012)") {
  world.deployment.spec.strategy_type = "Recreate";
  world.AddOld("web-1", 0, 0);
  world.AddNew("web-2", 0, 0);
  CHECK(Fenced(world.view()) == Names{"web-2"});
}

TEST_CASE_METHOD(Fixture, "old Pods that are left make it a rollout under way (L-012)") {
  world.AddOld("web-1", 2, 2);
  world.AddNew("web-2", 10, 10);
  Count(12, 10);
  CHECK(Fenced(world.view()) == Names{"web-1", "web-2"});
}

TEST_CASE_METHOD(Fixture, "what no ReplicaSet has the template of is judged by counters (L-012)") {
  world.AddOld("web-1", 10, 10);
  SECTION("before the new one is created") {
    Count(10, 0);
    CHECK(Fenced(world.view()) == Names{"web-1"});
  }
  SECTION("if the templates differ in form only") {
    Count(10, 10);
    CHECK(Fenced(world.view()).empty());
  }
}

TEST_CASE_METHOD(Fixture, "a Deployment at rest costs a new leader no write (L-012)") {
  SECTION("with all its Pods, some of which may be lost") {
    const int32_t pods = GENERATE(10, 8);
    world.AddOld("web-1", 0, 0);
    ReplicaSet& rs = world.AddNew("web-2", 10, pods);
    rs.status.replicas = pods;
    Count(pods, pods);
  }
  SECTION("scaled to 0") {
    world.deployment.spec.replicas = 0;
    world.AddOld("web-1", 0, 0);
    world.AddNew("web-2", 0, 0);
  }
  CHECK(Fenced(world.view()).empty());
}

TEST_CASE_METHOD(Fixture, "before the generation is observed, all ReplicaSets are fenced (L-012)") {
  world.deployment.status.observed_generation = 1;
  world.AddOld("web-1", 0, 0);
  world.AddNew("web-2", 10, 10);
  const std::vector<Request> patches = FenceReplicaSets(world.view(), "7");
  REQUIRE(patches.size() == 2);
  CHECK(patches[0].Describe() == "patch replicasets ns/web-1");
  CHECK(patches[1].Describe() == "patch replicasets ns/web-2");
  CHECK(patches[0].body().find(R"("windlass.dev/term":"7")") != std::string::npos);
}

}  // namespace
}  // namespace windlass::workload::former_leader_fence_test
