// Syncs that a crash, a refusal or a deletion interrupts, and what the next sync does then.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::interrupted_test {
namespace {

using Json = nlohmann::json;

// Returns all that survives of a rollout, without times and versions.
Json Outcome(Cluster& cluster) {
  Json all;
  all["status"] = cluster.deployment()["status"];
  for (Json& condition : all["status"]["conditions"]) {
    condition.erase("lastUpdateTime");
    condition.erase("lastTransitionTime");
  }
  all["revision"] = cluster.revision();
  for (const auto& [name, rs] : cluster.replica_sets()) {
    all[name] = {rs["spec"]["replicas"], rs["metadata"]["annotations"]};
  }
  return all;
}

TEST_CASE("a ReplicaSet that was deleted and made again is a new rollout (8.3, D-180)") {
  CompletedCluster cluster(3);  // revision 1, and 1 it will be again
  cluster.replica_sets().clear();
  cluster.SyncAfter(3600);
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetCreated");
  cluster.writes.clear();
  cluster.now += 1;
  const Step step = cluster.Sync();
  CHECK(cluster.writes.empty());
  CHECK(std::get<Wait>(step).look_again_in.has_value());  // the deadline runs (D-440)
  Proves("D-180 D-181");
}

TEST_CASE("a create that was refused for longer than the deadline is not late (D-445)") {
  CompletedCluster cluster(3);
  cluster.replica_sets().clear();
  cluster.server = [](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() != Verb::kCreate) return std::nullopt;
    return Result<Reply>(Error{ErrorKind::kQuotaExceeded, "exceeded quota"});
  };
  cluster.Sync();
  REQUIRE(cluster.Condition("Progressing") == "False ReplicaSetCreateError");
  cluster.server = nullptr;
  cluster.now += 660;
  // Also by a process that ended right after the create.
  if (GENERATE(false, true)) cluster.Sync(1);
  cluster.Sync();
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetCreated");
  Proves("D-445");
}

TEST_CASE("a crash after any write changes nothing about the outcome") {
  const std::string strategy = GENERATE("RollingUpdate", "Recreate");
  CAPTURE(strategy);
  const auto roll = [&](int crash_after) {
    Cluster cluster(10);
    if (strategy == "Recreate") cluster.ChangeStrategy("Recreate");
    const auto settle = [&] {
      int quiet = 0;
      while (quiet < 2) {
        const size_t before = cluster.writes.size();
        cluster.Sync(crash_after);
        cluster.RunReplicaSets();
        quiet = cluster.writes.size() == before ? quiet + 1 : 0;
      }
    };
    settle();
    cluster.SetImage("v2");
    settle();
    cluster.Undo("1");
    settle();
    return Outcome(cluster);
  };
  const Json uninterrupted = roll(1000);
  CHECK(roll(1) == uninterrupted);
  CHECK(roll(2) == uninterrupted);
  CHECK(roll(3) == uninterrupted);
}

TEST_CASE("a crash right after the create still tells that it was created (S-016)") {
  CompletedCluster cluster(10);
  cluster.SetImage("v2");
  cluster.Sync(1);
  CHECK(cluster.writes == std::vector<std::string>{"create v2 3"});
  cluster.Sync();
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetCreated");
  CHECK(cluster.revision() == "2");
  Proves("D-181");
}

}  // namespace
}  // namespace windlass::workload::interrupted_test
