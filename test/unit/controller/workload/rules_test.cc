// Rules that show only over several steps, against the model of the API server in cluster.h. Each
// case is one rule.
#include <string>
#include <variant>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/completed_cluster.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::rules_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("a scale-down that fails is tried again (W-07, B-06)") {
  CompletedCluster cluster(10);
  cluster.SetImage("v2");
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() != Verb::kPatch || request.resource() != resources::kReplicaSets) {
      return std::nullopt;
    }
    return Result<Reply>(Error{ErrorKind::kServer, "no"});
  };
  const Step step = cluster.Sync();
  const Failed* failed = std::get_if<Failed>(&step);
  REQUIRE(failed != nullptr);
  CHECK(failed->retry == Retry::kBackOff);
  CHECK(cluster.SizeOf("v1") == 10);

  cluster.server = nullptr;
  cluster.Sync();
  CHECK(cluster.SizeOf("v1") == 8);
  Proves("W-07 B-06");
}

TEST_CASE("availability may go after completion without a word about progress (D-446)") {
  CompletedCluster cluster(10);
  cluster.RunReplicaSets({{"v1", 5}});
  cluster.Sync();
  CHECK(cluster.Condition("Available") == "False MinimumReplicasUnavailable");
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("D-446 D-422");
}

TEST_CASE("an Available and then a Progressing condition is the usual order (D-412)") {
  CompletedCluster cluster(2);
  std::string types;
  for (const Json& condition : cluster.deployment()["status"]["conditions"]) {
    types += condition["type"].get<std::string>() + " ";
  }
  CHECK(types == "Available Progressing ");
  Proves("D-412");
}

TEST_CASE("no status of a Recreate rollout shows new Pods beside old ones (D-307)") {
  CompletedCluster cluster(6, "Recreate");
  int statuses = 0;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.subresource() == "status") {
      ++statuses;
      const Json status = Json::parse(request.body())["status"];
      const int updated = status["updatedReplicas"];
      CAPTURE(status.dump());
      CHECK((updated == 0 || status["replicas"] == updated));
    }
    return std::nullopt;
  };
  cluster.RollOut("v2");
  CHECK(cluster.SizeOf("v2") == 6);
  CHECK(statuses > 2);
  Proves("D-307");
}

TEST_CASE("nothing that is sent speaks of managedFields (D-026)") {
  Cluster cluster(4);
  cluster.deployment()["metadata"]["managedFields"] =
      Json::array({{{"manager", "kubectl"}, {"operation", "Update"}}});
  int sent = 0;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    ++sent;
    CHECK(request.body().find("managedFields") == std::string::npos);
    return std::nullopt;
  };
  cluster.Settle();
  cluster.RollOut("v2");
  CHECK(sent > 5);
  CHECK(cluster.deployment()["metadata"]["managedFields"].size() == 1);
  Proves("D-026");
}

// Returns the decision as the request that would carry it out.
std::string Decision(const World& world) {
  const Step step = world.Decide();
  const Write* write = std::get_if<Write>(&step);
  return write == nullptr ? "" : write->request.Identity().text + write->request.body();
}

TEST_CASE("Pods that terminate change no size of a rolling update (D-274)") {
  World world(10);
  ReplicaSet& old = world.AddOld("web-old", 8, 8);
  world.AddNew("web-new", 5, 5);
  const std::string before = Decision(world);
  REQUIRE(before.find("web-old") != std::string::npos);
  old.status.terminating_replicas = 7;
  world.AddPod(old);
  world.pods.back().meta.deletion_timestamp = kNow;
  CHECK(Decision(world) == before);
  Proves("D-274");
}

TEST_CASE("a status names every field, and tells none from nothing (D-782)") {
  World world(2);
  world.AddNew("web-new", 2, 0);
  const auto status_of = [&] {
    const Step step = world.Decide();
    const Request& request = std::get<Write>(step).request;
    REQUIRE(request.subresource() == "status");
    return Json::parse(request.body())["status"];
  };
  Json status = status_of();
  CHECK(status["availableReplicas"] == 0);  // named, or a merge would keep the one before
  CHECK(status.at("terminatingReplicas").is_null());
  CHECK(status.at("collisionCount").is_null());
  world.replica_sets[0].status.terminating_replicas = 0;
  world.deployment.status.collision_count = 0;
  status = status_of();
  CHECK(status["terminatingReplicas"] == 0);
  CHECK(status["collisionCount"] == 0);
  Proves("D-782 D-403 D-179");
}

TEST_CASE("times in conditions are whole seconds, and the same moment is no change (D-411)") {
  CompletedCluster cluster(2);
  for (const Json& condition : cluster.deployment()["status"]["conditions"]) {
    for (const char* field : {"lastUpdateTime", "lastTransitionTime"}) {
      const std::string time = condition[field];
      CHECK(time.size() == std::string("2027-01-15T08:00:00Z").size());
      CHECK(time.back() == 'Z');
    }
  }
  cluster.writes.clear();
  cluster.SyncAfter(3600);
  CHECK(cluster.writes.empty());
  Proves("D-411");
}

TEST_CASE("a new Deployment comes up with its annotations and one hash everywhere (IT-01)") {
  Cluster cluster(20);
  cluster.Edit([](Json& d) {
    d["metadata"]["annotations"] = {{"test", "should-copy-to-replica-set"}, {kLastApplied, "{}"}};
    d["spec"]["minReadySeconds"] = 4;
  });
  cluster.Settle();
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  REQUIRE(cluster.replica_sets().size() == 1);
  const Json& rs = cluster.ReplicaSet("v1");
  CHECK(rs["spec"]["replicas"] == 20);
  CHECK(rs["metadata"]["annotations"]["test"] == "should-copy-to-replica-set");
  CHECK_FALSE(rs["metadata"]["annotations"].contains(kLastApplied));
  const std::string hash = rs["metadata"]["labels"]["pod-template-hash"];
  CHECK(cluster.NameOf("v1") == "web-" + hash);
  CHECK(rs["spec"]["selector"]["matchLabels"]["pod-template-hash"] == hash);
  CHECK(rs["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] == hash);
  Proves("IT-01");
}

TEST_CASE("a Recreate Deployment follows one size after the other (IT-10)") {
  CompletedCluster cluster(1, "Recreate");
  for (const int32_t size : {2, 0, 1}) {
    cluster.ScaleAndSettle(size);
    CHECK(cluster.SizeOf("v1") == size);
    CHECK(cluster.deployment()["status"].value("replicas", 0) == size);
  }
  cluster.Edit([](Json& d) { d["spec"]["revisionHistoryLimit"] = 3; });
  cluster.Sync();
  CHECK(cluster.deployment()["status"]["observedGeneration"] ==
        cluster.deployment()["metadata"]["generation"]);
  Proves("IT-10");
}

TEST_CASE("a rollout is scaled in proportion, with nothing but our annotations (IT-17)") {
  Cluster cluster(100);
  cluster.Edit([](Json& d) {
    d["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 20}, {"maxUnavailable", 0}};
  });
  cluster.Settle();
  cluster.SetImage("v2");
  cluster.Sync();
  cluster.RunReplicaSets({{"v2", 0}});
  REQUIRE(cluster.SizeOf("v2") == 20);
  cluster.Scale(120);
  cluster.Sync();
  CHECK(cluster.SizeOf("v1") == 117);
  CHECK(cluster.SizeOf("v2") == 23);
  const auto annotations = [&](const char* image) {
    return cluster.ReplicaSet(image)["metadata"]["annotations"];
  };
  const auto want = [](const char* revision) {
    return Json{{kDesiredReplicas, "120"}, {kMaxReplicas, "140"}, {kRevision, revision}};
  };
  CHECK(annotations("v1") == want("1"));
  CHECK(annotations("v2") == want("2"));
  cluster.Settle();
  CHECK(cluster.SizeOf("v2") == 120);
  CHECK(annotations("v1") == want("1"));
  CHECK(annotations("v2") == want("2"));
  Proves("IT-17");
}

}  // namespace
}  // namespace windlass::workload::rules_test
