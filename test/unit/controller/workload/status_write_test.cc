// Which syncs write which part of the status, and what follows a refused write.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::status_write_test {
namespace {

using Json = nlohmann::json;

Json ConditionOf(Cluster& cluster, const std::string& type) {
  for (const Json& condition : cluster.deployment()["status"]["conditions"]) {
    if (condition["type"] == type) return condition;
  }
  return nullptr;
}

// The rollout from v1 to v2 has three new Pods, none of them available. The Deployment shows a
// ReplicaFailure because of a quota.
struct InMidRollout : CompletedCluster {
  InMidRollout() : CompletedCluster(10) {
    SetImage("v2");
    Sync(2);  // create v2 3, scale v1 10 8
    RunReplicaSets({{"v2", 0}});
    Sync();
    deployment()["status"]["conditions"].push_back(
        {{"type", "ReplicaFailure"},
         {"status", "True"},
         {"reason", "FailedCreate"},
         {"message", "exceeded quota"},
         {"lastUpdateTime", "2020-01-01T00:00:00Z"},
         {"lastTransitionTime", "2020-01-01T00:00:00Z"}});
  }
};

TEST_CASE("whether a rollout moves or is late is no matter of another sync (D-420)") {
  const std::string other = GENERATE("paused", "being deleted", "scaling");
  const bool late = GENERATE(false, true);
  CAPTURE(other, late);
  InMidRollout cluster;
  if (other == "paused") {
    cluster.Edit([](Json& d) { d["spec"]["paused"] = true; });
    cluster.Sync();  // Progressing says so, once (D-062)
  } else if (other == "being deleted") {
    cluster.DeleteInForeground();
  } else {
    cluster.Scale(20);
    cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
      if (request.resource() != resources::kReplicaSets) return std::nullopt;
      return Result<Reply>(Error{ErrorKind::kServer, "no"});
    };
  }
  const Json progressing = ConditionOf(cluster, "Progressing");
  const Json failure = ConditionOf(cluster, "ReplicaFailure");
  REQUIRE(failure.is_object());

  const int32_t each = late ? 0 : 2;  // of two ReplicaSets; v2 had none
  if (late) cluster.now += 3600;
  cluster.RunReplicaSets({{"v1", each}, {"v2", each}});
  cluster.Sync();
  CHECK(ConditionOf(cluster, "Progressing") == progressing);
  CHECK(ConditionOf(cluster, "ReplicaFailure") == failure);
  if (other != "scaling") {  // which ends within its sync, and writes no status before
    CHECK(cluster.deployment()["status"].value("availableReplicas", 0) == 2 * each);
    CHECK(cluster.Condition("Available") == "False MinimumReplicasUnavailable");
  }
  Proves("D-420");
}

TEST_CASE("Pods that are lost after completion and come back are no rollout (D-422)") {
  CompletedCluster cluster(10);
  const Json progressing = ConditionOf(cluster, "Progressing");
  for (const int32_t available : {7, 8, 10}) {
    cluster.now += 3600;
    cluster.RunReplicaSets({{"v1", available}});
    cluster.Sync();
    CHECK(cluster.deployment()["status"]["availableReplicas"] == available);
    CHECK(ConditionOf(cluster, "Progressing") == progressing);
  }
  Proves("D-422");
}

TEST_CASE("a status is written when it differs, and a refusal is the sync's error (D-435)") {
  InMidRollout cluster;
  const ErrorKind kind = GENERATE(ErrorKind::kConflict, ErrorKind::kServer, ErrorKind::kInvalid);
  cluster.RunReplicaSets({{"v2", 0}});
  cluster.Sync();  // the false ReplicaFailure goes, the rollout has no further step
  cluster.writes.clear();
  cluster.Sync();
  CHECK(cluster.writes.empty());

  cluster.RunReplicaSets({{"v2", 1}});
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.subresource() != "status") return std::nullopt;
    return Result<Reply>(Error{kind, "not now"});
  };
  const Step step = cluster.Sync();
  const Failed* failed = std::get_if<Failed>(&step);
  REQUIRE(failed != nullptr);
  CHECK(failed->error.kind == kind);
  CHECK(failed->error.message == "not now");

  cluster.server = nullptr;
  cluster.WritesAndForget();
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"status"});
  CHECK(cluster.Condition("Progressing") == "True ReplicaSetUpdated");
  cluster.Sync();
  CHECK(cluster.writes.size() == 1);
  Proves("D-435");
}

}  // namespace
}  // namespace windlass::workload::status_write_test
