// Whole rollouts, step by step: what is written in which order, and what users are told.
#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::rollout_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("a fresh Deployment takes one create and one status write (D-610)") {
  Cluster cluster(10);
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  CHECK(cluster.writes == std::vector<std::string>{"create v1 10", "status"});
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetCreated");
  CHECK(cluster.Condition("Available") == "False MinimumReplicasUnavailable");
  CHECK(cluster.revision() == "1");
  CHECK(cluster.deployment()["status"]["observedGeneration"] == 1);
  CHECK(cluster.deployment()["metadata"]["generation"] == 1);  // D-166
  Proves("UT-01 D-166 D-180");
}

TEST_CASE("ten replicas in batches roll out in six ReplicaSet writes (D-260, D-610)") {
  CompletedCluster cluster(10);
  cluster.RollOut("v2");
  const auto statuses = std::count(cluster.writes.begin(), cluster.writes.end(), "status");
  CHECK(statuses <= 10);  // D-610
  CHECK(cluster.WritesAndForget() ==
        "create v2 3, scale v1 10 8, scale v1 8 5, scale v2 3 8, scale v1 5 0, scale v2 8 10");
  CHECK(cluster.reads.empty());  // D-611
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(cluster.Condition("Available") == "True MinimumReplicasAvailable");
  CHECK(cluster.revision() == "2");
  Proves("D-260 D-273 D-610 D-611 W-06");
}

TEST_CASE("a rollout tells users about each change of size (D-271)") {
  CompletedCluster cluster(10);
  const std::string v1 = cluster.NameOf("v1");
  cluster.RollOut("v2");
  const std::string v2 = cluster.NameOf("v2");
  CHECK(cluster.events ==
        std::vector<std::string>{"Scaled up replica set " + v2 + " from 0 to 3",
                                 "Scaled down replica set " + v1 + " from 10 to 8",
                                 "Scaled down replica set " + v1 + " from 8 to 5",
                                 "Scaled up replica set " + v2 + " from 3 to 8",
                                 "Scaled down replica set " + v1 + " from 5 to 0",
                                 "Scaled up replica set " + v2 + " from 8 to 10"});
  Proves("D-002 D-271");
}

TEST_CASE("a new ReplicaSet grows when the Pods of its last size are made, or cannot be") {
  CompletedCluster cluster(10);
  cluster.SetImage("v2");
  cluster.Sync();
  cluster.RunReplicaSets();
  CHECK(cluster.WritesAndForget() == "create v2 3, scale v1 10 8");
  cluster.ReplicaSet("v2")["status"] = {{"observedGeneration", 1}, {"replicas", 2}};
  cluster.Sync();
  CHECK(cluster.WritesAndForget().empty());
  SECTION("made") { cluster.ReplicaSet("v2")["status"]["replicas"] = 3; }
  SECTION("refused, by a quota") {
    cluster.ReplicaSet("v2")["status"]["conditions"] = {
        {{"type", "ReplicaFailure"}, {"status", "True"}, {"reason", "FailedCreate"}}};
  }
  cluster.Sync();
  CHECK(cluster.WritesAndForget() == "scale v2 3 5");
  Proves("D-260");
}

TEST_CASE("a new ReplicaSet with room for ten Pods does not wait for an old one that shrinks") {
  struct Row {
    int replicas;
    std::string writes;
  };
  const Row row = GENERATE(values<Row>({
      {4, "create v2 1, scale v1 4 3, scale v1 3 2, scale v2 1 3, scale v1 2 0, scale v2 3 4"},
      {36,
       "create v2 9, scale v1 36 27, scale v1 27 18, scale v2 9 27, scale v1 18 0, "
       "scale v2 27 36"},
      {40,
       "create v2 10, scale v1 40 30, scale v2 10 20, scale v1 30 20, scale v2 20 30, "
       "scale v1 20 10, scale v2 30 40, scale v1 10 0"},
  }));
  CAPTURE(row.replicas);
  CompletedCluster cluster(row.replicas);
  cluster.RollOut("v2");
  std::erase(cluster.writes, "status");
  CHECK(cluster.WritesAndForget() == row.writes);
  Proves("D-260");
}

TEST_CASE("stuck new Pods never cost old ones (X-53), and undo removes them first (X-55)") {
  CompletedCluster cluster(10);
  const auto stuck = [&] { cluster.SyncAndRunSets(5, {{"v2", 0}}); };
  cluster.SetImage("v2");
  stuck();
  CHECK(cluster.WritesAndForget() == "create v2 3, scale v1 10 8, scale v2 3 5");

  cluster.Undo("1");
  cluster.Settle();
  CHECK(cluster.SizeOf("v1") == 10);
  CHECK(cluster.SizeOf("v2") == 0);
  CHECK(cluster.RevisionOf("v1") == "3");
  Proves("X-53 X-55 D-265");
}

TEST_CASE("a rollover shrinks what never worked first (X-56)") {
  CompletedCluster cluster(10);
  cluster.SetImage("v2");
  cluster.SyncAndRunSets(3, {{"v2", 0}});
  cluster.WritesAndForget();
  cluster.SetImage("v3");
  cluster.Sync();
  CHECK(cluster.WritesAndForget() == "create v3 0, scale v2 5 0");
  cluster.RunReplicaSets();
  cluster.Sync();
  CHECK(cluster.WritesAndForget() == "scale v3 0 5");
  Proves("X-56");
}

TEST_CASE("Recreate removes every old Pod before it makes a new one (D-300…D-308)") {
  CompletedCluster cluster(6);
  cluster.ChangeStrategy("Recreate");
  cluster.Settle();
  cluster.writes.clear();
  const std::string v1 = cluster.NameOf("v1");
  cluster.SetPods(v1, 6);

  cluster.SetImage("v2");
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"scale v1 6 0", "status"});
  cluster.RunReplicaSets();  // the counters are 0 at once, the Pods go on terminating
  cluster.Sync();
  CHECK_FALSE(cluster.HasReplicaSet("v2"));
  CHECK(cluster.deployment()["status"].value("replicas", 0) == 0);
  CHECK(cluster.reads.empty());

  cluster.SetPods(v1, 0);
  cluster.writes.clear();
  cluster.Sync();
  // The cache has dropped the text of the template: the status has observed it.
  CHECK(cluster.reads ==
        std::vector<std::string>{"list pods ns (app=web)", "get deployments ns/web"});
  CHECK(cluster.writes == std::vector<std::string>{"create v2 6", "status"});
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetCreated");
  cluster.Settle();
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(cluster.reads.size() == 2);
  Proves("D-300 D-301 D-302 D-304 D-305");
}

TEST_CASE("history beyond the limit is deleted once the rollout is complete (D-481)") {
  CompletedCluster cluster(2);
  cluster.Edit([](Json& d) { d["spec"]["revisionHistoryLimit"] = 1; });
  for (const char* image : {"v2", "v3", "v4"}) {
    cluster.RollOut(image);
  }
  CHECK(cluster.replica_sets().size() == 2);
  CHECK(cluster.HasReplicaSet("v3"));
  CHECK(cluster.HasReplicaSet("v4"));
  Proves("D-481");
}

}  // namespace
}  // namespace windlass::workload::rollout_test
