// One sync, step by step: what it writes, what it does not change, and how it ends.
#include "controller/workload/planner/planner.h"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "controller/workload/requests/replica_set_requests.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::planner_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("ReplicaSets are written before the generation is acknowledged (D-065)") {
  CompletedCluster cluster(10);
  cluster.SetImage("v2");
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"create v2 3", "scale v1 10 8", "status"});
  Proves("D-065 D-263");
}

TEST_CASE("a Deployment that is as it should be gets no write (D-028)") {
  CompletedCluster cluster(10);
  const std::string resource_version = cluster.deployment()["metadata"]["resourceVersion"];
  const Step step = cluster.Sync();
  REQUIRE(std::holds_alternative<Wait>(step));
  CHECK_FALSE(std::get<Wait>(step).look_again_in);
  CHECK(cluster.writes.empty());
  CHECK(cluster.deployment()["metadata"]["resourceVersion"] == resource_version);
  Proves("D-028 D-405");
}

TEST_CASE("a server that drops a field we write is not written to without end") {
  Cluster cluster(2);
  cluster.Sync();
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.subresource() != "status") return std::nullopt;
    return Result<Reply>(Reply{cluster.deployment().dump()});  // takes it and changes nothing
  };
  cluster.RunReplicaSets();
  cluster.writes.clear();
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  CHECK(cluster.writes == std::vector<std::string>{"status"});
}

TEST_CASE("a sync is bounded whatever others do meanwhile") {
  CompletedCluster cluster(2);
  int fights = 0;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.subresource() != "status") return std::nullopt;
    // Another client writes other counters into every status of ours.
    cluster.deployment()["status"]["readyReplicas"] = ++fights % 2;
    cluster.deployment()["metadata"]["resourceVersion"] = "9" + std::to_string(fights);
    return Result<Reply>(Reply{cluster.deployment().dump()});
  };
  cluster.deployment()["status"]["readyReplicas"] = 0;
  const Step step = cluster.Sync();
  REQUIRE(std::holds_alternative<Wait>(step));
  CHECK(std::get<Wait>(step).look_again_in == kNextSyncAfter);
  CHECK(cluster.writes.size() == kRequestsPerSyncMax);
}

TEST_CASE("a long history goes in several syncs") {
  CompletedCluster cluster(1);
  for (int i = 0; i < 40; ++i) {
    cluster.RollOut("old" + std::to_string(i));
    cluster.Edit([](Json& d) { d["spec"]["revisionHistoryLimit"] = 100; });
  }
  cluster.Settle();
  cluster.writes.clear();
  cluster.Edit([](Json& d) { d["spec"]["revisionHistoryLimit"] = 0; });
  const Step step = cluster.Sync();
  CHECK(std::get<Wait>(step).look_again_in == kNextSyncAfter);
  cluster.Settle();
  CHECK(cluster.replica_sets().size() == 1);
}

TEST_CASE("a change of annotations is one ReplicaSet write and one status write (D-163)") {
  CompletedCluster cluster(3);
  cluster.Edit([](Json& d) { d["metadata"]["annotations"]["kubernetes.io/change-cause"] = "x"; });
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"annotate v1", "status"});
  CHECK(cluster.ReplicaSet("v1")["metadata"]["annotations"]["kubernetes.io/change-cause"] == "x");
  Proves("D-163 D-154");
}

TEST_CASE("a Deployment in foreground deletion only gets its status (D-055)") {
  CompletedCluster cluster(3);
  cluster.SetImage("v2");
  cluster.DeleteInForeground();
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"status"});
  CHECK(cluster.deployment()["status"]["observedGeneration"] == 3);
  CHECK_FALSE(cluster.HasReplicaSet("v2"));
  Proves("D-055 D-170 D-613");
}

TEST_CASE("conditions of others survive every write, in place (D-404, BI-56)") {
  Cluster cluster(2);
  const Json foreign = {{"type", "StatusUpdate"},    {"status", "Maybe"},
                        {"reason", "E2E"},           {"message", "set from a test"},
                        {"lastUpdateTime", nullptr}, {"lastTransitionTime", nullptr}};
  cluster.deployment()["status"]["conditions"] = Json::array({foreign});
  cluster.Settle();
  CHECK(cluster.deployment()["status"]["conditions"][0] == foreign);
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("D-404");
}

TEST_CASE("counters overwritten by somebody are repaired (E2E-11)") {
  CompletedCluster cluster(2);
  cluster.deployment()["status"]["availableReplicas"] = 0;
  cluster.deployment()["status"].erase("readyReplicas");
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"status"});
  CHECK(cluster.deployment()["status"]["readyReplicas"] == 2);
  Proves("D-405");
}

TEST_CASE("a take-over writes nothing and restarts nothing (D-422)") {
  CompletedCluster cluster(3);
  cluster.RollOut("v2");
  cluster.writes.clear();
  // Other names and hashes, as another controller computes them.
  auto& stored = cluster.replica_sets();
  std::map<std::string, Json> renamed;
  int number = 0;
  for (auto& [name, rs] : stored) {
    const std::string hash = "5d8f9c" + std::to_string(++number);
    rs["metadata"]["name"] = "web-" + hash;
    rs["metadata"]["labels"]["pod-template-hash"] = hash;
    rs["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] = hash;
    renamed["web-" + hash] = rs;
  }
  stored = renamed;
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  CHECK(cluster.writes.empty());
  CHECK(cluster.reads.empty());
  Proves("D-152");
}

TEST_CASE("on its way out, or selecting everything, a Deployment makes nothing (UT-02)") {
  CompletedCluster cluster(3);
  SECTION("being deleted: one status write") {
    cluster.DeleteInForeground();
    CHECK(std::holds_alternative<Wait>(cluster.Sync()));
    CHECK(cluster.writes == std::vector<std::string>{"status"});
    CHECK(cluster.reads.empty());
  }
  SECTION("deleted since it was read: one GET, then an error") {
    cluster.EditReplicaSet(cluster.NameOf("v1"),
                           [](Json& rs) { rs["metadata"].erase("ownerReferences"); });
    cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
      if (request.resource() != resources::kDeployments) return std::nullopt;
      Json live = cluster.deployment();
      live["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:00Z";
      return Result<Reply>(Reply{live.dump()});
    };
    CHECK(std::holds_alternative<Failed>(cluster.Sync()));
    CHECK(cluster.reads == std::vector<std::string>{"get deployments ns/web"});
    CHECK(cluster.writes.empty());
  }
  SECTION("an empty selector: no action") {
    cluster.Edit([](Json& d) {
      d["spec"]["selector"] = Json::object();
      d["spec"]["replicas"] = 8;
    });
    cluster.deployment()["status"]["observedGeneration"] = 2;
    CHECK(std::holds_alternative<Wait>(cluster.Sync()));
    CHECK(cluster.reads.empty());
    CHECK(cluster.writes.empty());
  }
  Proves("UT-02");
}

}  // namespace
}  // namespace windlass::workload::planner_test
