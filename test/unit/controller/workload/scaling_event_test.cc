// How a scaling event is detected: which ReplicaSets matter, whether the new one is saturated, and
// what is written if a size does not change.
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "controller/workload/actions/scale.h"
#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/completed_cluster.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::scaling_event_test {
namespace {

using Json = nlohmann::json;

struct ActiveRow {
  std::string id;
  int32_t replicas;  // the Deployment's, now
  int32_t old_size;
  int32_t old_pods;
  int32_t new_size;
  int32_t new_pods;
  Scaling want;
};

// All annotations hold a size of 10.
TEST_CASE("active is what has a size, whatever Pods there are (D-351)") {
  const ActiveRow row = GENERATE(values<ActiveRow>({
      {"Pods that are to go", 12, 0, 10, 0, 0, Scaling::kNone},
      {"Pods that are to go, beside one of a size", 12, 0, 10, 10, 10, Scaling::kOneActive},
      {"no Pods yet", 12, 10, 0, 0, 0, Scaling::kOneActive},
      {"two without a Pod", 12, 5, 0, 5, 0, Scaling::kProportional},
  }));
  CAPTURE(row.id);
  World world(row.replicas);
  const auto become = [&](ReplicaSet& rs, int32_t pods) {
    rs.status.replicas = rs.status.ready_replicas = rs.status.available_replicas = pods;
    world.SetAnnotation(rs, kDesiredReplicas, "10");
  };
  become(world.AddOld("web-old", row.old_size, 0), row.old_pods);
  become(world.AddNew("web-new", row.new_size, 0), row.new_pods);
  CHECK(ScalingOf(world.Look()) == row.want);
  Proves("D-351");
}

struct SaturatedRow {
  std::string id;
  std::function<void(World&, ReplicaSet& new_replica_set)> change;
  Scaling want;
};

TEST_CASE("a new ReplicaSet is saturated if it says, has and shows the Deployment's size (D-355)") {
  const SaturatedRow row = GENERATE(values<SaturatedRow>({
      {"saturated", [](World&, ReplicaSet&) {}, Scaling::kSaturated},
      {"none has the template",
       [](World&, ReplicaSet& rs) { rs.template_fingerprint = {0, World::kPresentTemplate - 1}; },
       Scaling::kProportional},
      {"it says another size",
       [](World& w, ReplicaSet& rs) { w.SetAnnotation(rs, kDesiredReplicas, "3"); },
       Scaling::kProportional},
      {"what it says cannot be read",
       [](World& w, ReplicaSet& rs) { w.SetAnnotation(rs, kDesiredReplicas, "four"); },
       Scaling::kProportional},
      {"it has another size", [](World&, ReplicaSet& rs) { rs.replicas = 5; },
       Scaling::kProportional},
      {"one of its Pods is not available",
       [](World&, ReplicaSet& rs) { rs.status.available_replicas = 3; }, Scaling::kProportional},
      {"one of its Pods has still to go",
       [](World&, ReplicaSet& rs) { rs.status.available_replicas = 5; }, Scaling::kProportional},
      {"its Pods may have been removed, because it was smaller a moment ago",
       [](World&, ReplicaSet& rs) { rs.told.lowest = 0; }, Scaling::kProportional},
  }));
  CAPTURE(row.id);
  World world(4);
  world.SetAnnotation(world.AddOld("web-old", 1, 1), kDesiredReplicas, "1");
  row.change(world, world.AddNew("web-new", 4, 4));
  CHECK(ScalingOf(world.Look()) == row.want);
  Proves("D-355");
}

// Every write of a ReplicaSet's size carries both annotations.
void CheckAnnotations(Cluster& cluster, const char* image, const char* desired, const char* max) {
  const Json annotations = cluster.ReplicaSet(image)["metadata"]["annotations"];
  CHECK(annotations[kDesiredReplicas] == desired);
  CHECK(annotations[kMaxReplicas] == max);
}

TEST_CASE("beside a saturated new ReplicaSet all others go (D-355)") {
  CompletedCluster cluster(4);
  for (const char* image : {"v2", "v3"}) {
    cluster.RollOut(image);
  }
  for (const char* image : {"v1", "v2"}) {  // as adopted ones
    cluster.EditReplicaSet(cluster.NameOf(image), [](Json& rs) {
      rs["spec"]["replicas"] = 2;
      rs["metadata"]["annotations"].erase(kDesiredReplicas);
    });
  }
  cluster.RunReplicaSets();
  cluster.Edit([](Json& d) { d["spec"]["paused"] = true; });  // no rollout takes them away
  cluster.writes.clear();
  cluster.Sync();
  CHECK(cluster.WritesAndForget() == "scale v1 2 0, scale v2 2 0");
  CheckAnnotations(cluster, "v1", "4", "5");
  CheckAnnotations(cluster, "v2", "4", "5");
  Proves("D-355 X-99");
}

TEST_CASE("a ReplicaSet is written when its size changes, and says then what it is of (D-358)") {
  CompletedCluster cluster(10);
  const bool paused = GENERATE(false, true);
  cluster.Edit([&](Json& d) {
    d["spec"]["paused"] = paused;
    d["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = 5;
  });
  cluster.Settle();
  CHECK(cluster.WritesAndForget().empty());
  CheckAnnotations(cluster, "v1", "10", "13");

  cluster.ScaleAndSettle(12);
  CHECK(cluster.WritesAndForget() == "scale v1 10 12");
  CheckAnnotations(cluster, "v1", "12", "17");
  Proves("D-358");
}

TEST_CASE("a rollout writes both annotations with each size, and none without (D-358)") {
  CompletedCluster cluster(10);
  cluster.SetImage("v2");
  cluster.Sync();
  cluster.RunReplicaSets({{"v2", 0}});
  cluster.WritesAndForget();
  cluster.Edit([](Json& d) { d["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = 4; });
  cluster.Sync();
  CHECK(cluster.WritesAndForget() == "scale v2 3 6");
  CheckAnnotations(cluster, "v1", "10", "13");
  CheckAnnotations(cluster, "v2", "10", "14");
  Proves("D-358");
}

}  // namespace
}  // namespace windlass::workload::scaling_event_test
