// A Deployment that is scaled, at rest and in the middle of a rollout.
#include <algorithm>
#include <string>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::scaled_rollout_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("kubectl scale takes one ReplicaSet write (D-354)") {
  CompletedCluster cluster(10);
  cluster.Scale(20);
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"scale v1 10 20", "status"});
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");  // D-422
  cluster.Settle();
  cluster.WritesAndForget();

  cluster.ScaleAndSettle(0);
  CHECK(cluster.WritesAndForget() == "scale v1 20 0");
  cluster.ScaleAndSettle(5);
  CHECK(cluster.WritesAndForget() == "scale v1 0 5");
  Proves("D-353 D-354 D-362");
}

TEST_CASE("size and template changed in one edit: scaled first, then rolled (IT-09, D-067)") {
  CompletedCluster cluster(10);
  cluster.Edit([](Json& d) {
    d["spec"]["replicas"] = 20;
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v2";
  });
  cluster.Sync();
  // The ten Pods v1 does not have yet are the first to go (D-266).
  CHECK(cluster.WritesAndForget() == "scale v1 10 20, create v2 5, scale v1 20 15");
  cluster.Settle();
  CHECK(cluster.SizeOf("v2") == 20);
  CHECK(cluster.SizeOf("v1") == 0);
  Proves("D-067");
}

TEST_CASE("size and template changed in one edit are acknowledged together (B-41)") {
  CompletedCluster cluster(10);
  cluster.SetImage("v2");
  cluster.SyncAndRunSets(3, {{"v2", 0}});
  cluster.writes.clear();
  cluster.Edit([](Json& d) {  // two active ReplicaSets, and a third to come
    d["spec"]["replicas"] = 20;
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v3";
  });
  cluster.Sync();
  REQUIRE(cluster.writes.back() == "status");
  CHECK(std::count(cluster.writes.begin(), cluster.writes.end(), "status") == 1);
  CHECK(cluster.HasReplicaSet("v3"));
  CHECK(cluster.revision() == "3");
  cluster.Settle();
  CHECK(cluster.SizeOf("v3") == 20);
}

TEST_CASE("ReplicaSets of a rollout keep their proportions when it is scaled (E2E-10, X-88)") {
  CompletedCluster cluster(10);
  cluster.Edit([](Json& d) {
    d["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 3}, {"maxUnavailable", 2}};
  });
  cluster.SetImage("v2");
  cluster.SyncAndRunSets(3, {{"v2", 0}});
  cluster.writes.clear();
  cluster.Scale(30);
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"scale v1 8 20", "scale v2 5 13", "status"});
  cluster.Sync();
  CHECK(cluster.writes.size() == 3);  // the event is over (D-363)

  cluster.RunReplicaSets();  // all Pods become available: the rollout goes on
  cluster.writes.clear();
  cluster.Sync();
  CHECK(cluster.WritesAndForget() == "scale v1 20 15");
  cluster.RunReplicaSets();
  cluster.Sync();
  CHECK(cluster.WritesAndForget() == "scale v2 13 18");
  Proves("X-88 D-363");
}

TEST_CASE("whichever is older, broken Pods make room when a rollout is scaled down (B-12)") {
  CompletedCluster cluster(20);
  cluster.Edit([](Json& d) {
    d["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 3}, {"maxUnavailable", 2}};
  });
  cluster.SetImage("v2");
  cluster.SyncAndRunSets(3, {{"v2", 0}});
  REQUIRE(cluster.SizeOf("v1") == 18);
  REQUIRE(cluster.SizeOf("v2") == 5);
  if (GENERATE(false, true)) {
    cluster.EditReplicaSet(cluster.NameOf("v2"), [](Json& rs) {
      rs["metadata"]["creationTimestamp"] = "2020-01-01T00:00:00Z";
    });
  }
  cluster.writes.clear();
  cluster.Edit([](Json& d) {
    d["spec"]["replicas"] = 5;
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v3";
  });
  cluster.Sync();
  const auto wrote = [&](const std::string& write) {
    return std::count(cluster.writes.begin(), cluster.writes.end(), write) == 1;
  };
  CAPTURE(cluster.writes);
  CHECK(wrote("scale v1 18 7"));
  CHECK(wrote("scale v2 5 1"));
  Proves("B-12 D-067");
}

// Pods fail between the writes of a scaling: sizes decided before that must not cost the last
// available ones.
TEST_CASE("a scaling that is cut in two keeps the minimum available (B-13)") {
  CompletedCluster cluster(10);
  cluster.SetImage("v2");
  cluster.Sync(1);
  cluster.RunReplicaSets({{"v2", 0}});
  const bool undone = GENERATE(false, true);
  CAPTURE(undone);
  if (undone) {
    cluster.SetImage("v1");
    cluster.Sync(1);
  }
  cluster.writes.clear();
  cluster.Scale(3);  // 3 to be available, 4 at most
  cluster.Sync(1);
  CHECK(cluster.WritesAndForget() == "scale v1 10 3");
  cluster.RunReplicaSets({{"v1", 0}});
  REQUIRE(cluster.ReplicaSet("v2")["status"]["availableReplicas"] == 3);

  cluster.Sync();
  CHECK(cluster.writes.front() == "scale v1 3 1");
  CHECK(cluster.SizeOf("v2") == 3);
  cluster.Settle();
  CHECK(cluster.SizeOf(undone ? "v1" : "v2") == 3);
  CHECK(cluster.SizeOf(undone ? "v2" : "v1") == 0);
  Proves("B-13");
}

TEST_CASE("a stuck rollout can be scaled to nothing and back (X-80)") {
  CompletedCluster cluster(10);
  cluster.SetImage("v2");
  cluster.SyncAndRunSets(3, {{"v2", 0}});
  cluster.ScaleAndSettle(0);
  CHECK(cluster.SizeOf("v1") == 0);
  CHECK(cluster.SizeOf("v2") == 0);
  cluster.ScaleAndSettle(4);
  CHECK(cluster.SizeOf("v2") == 4);
}

TEST_CASE("an annotation that says another size does not stop a rollout for ever (B-01)") {
  CompletedCluster cluster(5);
  cluster.EditReplicaSet(cluster.NameOf("v1"),
                         [](Json& rs) { rs["metadata"]["annotations"][kDesiredReplicas] = "3"; });
  cluster.RollOut("v2");
  CHECK(cluster.SizeOf("v2") == 5);
  Proves("B-01");
}

TEST_CASE("editing strategy and size in mid-rollout does not get stuck (B-02, X-98)") {
  CompletedCluster cluster(10);
  cluster.SetImage("v2");
  cluster.SyncAndRunSets(3, {{"v2", 0}});
  cluster.Edit([](Json& d) {
    d["spec"]["strategy"] = {{"type", "Recreate"}};
    d["spec"]["replicas"] = 12;
  });
  cluster.Settle();
  CHECK(cluster.SizeOf("v1") == 0);
  CHECK(cluster.SizeOf("v2") == 12);
  Proves("B-02 X-98 D-356");
}

}  // namespace
}  // namespace windlass::workload::scaled_rollout_test
