// kubectl rollout undo: a template edit that brings a former ReplicaSet back.
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::undo_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("kubectl undo numbers revisions as upstream does (D-633)") {
  CompletedCluster cluster(1);
  cluster.RollOut("v2");
  CHECK(cluster.revision() == "2");

  cluster.Undo("1");
  cluster.Settle();
  CHECK(cluster.revision() == "3");
  CHECK(cluster.RevisionOf("v1") == "3");
  CHECK(cluster.HistoryOf("v1") == "1");

  cluster.Undo("2");
  cluster.Settle();
  CHECK(cluster.revision() == "4");
  CHECK(cluster.HistoryOf("v2") == "2");

  cluster.Undo("3");
  cluster.Settle();
  CHECK(cluster.revision() == "5");
  CHECK(cluster.HistoryOf("v1") == "1,3");

  cluster.Edit([](Json& d) {  // kubectl rollout restart
    d["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] = "now";
  });
  cluster.Settle();
  CHECK(cluster.revision() == "6");
  CHECK(cluster.replica_sets().size() == 3);
  Proves("D-633 D-162 D-624");
}

TEST_CASE("an undo takes one ReplicaSet write for revision, history and size (D-610)") {
  CompletedCluster cluster(10);
  cluster.RollOut("v2");
  cluster.WritesAndForget();
  cluster.Undo("1");
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"scale v1 0 3", "scale v2 10 8", "status"});
  CHECK(cluster.revision() == "3");
  CHECK(cluster.Condition("Progressing") == "True FoundNewReplicaSet");
  Proves("W-02 W-03 B-22");
}

TEST_CASE("a Recreate undo raises the revision before its Pods may start") {
  CompletedCluster cluster(2);
  cluster.ChangeStrategy("Recreate");
  cluster.RollOut("v2");
  cluster.writes.clear();
  cluster.Undo("1");
  cluster.Settle();
  CHECK(cluster.WritesAndForget() == "annotate v1, scale v2 2 0, scale v1 0 2");
  CHECK(cluster.revision() == "3");
}

}  // namespace
}  // namespace windlass::workload::undo_test
