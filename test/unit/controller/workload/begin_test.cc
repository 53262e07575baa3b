// The beginning of a rollout, across crashes, lost writes and clocks that differ: its deadline
// starts once (D-180, D-181, W-12).
#include <algorithm>
#include <functional>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/sizes/waiting_event.h"
#include "controller/workload/status/progress.h"
#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::begin_test {
namespace {

using Json = nlohmann::json;

Json& Progressing(Cluster& cluster) {
  for (Json& condition : cluster.deployment()["status"]["conditions"]) {
    if (condition["type"] == "Progressing") return condition;
  }
  FAIL("no condition Progressing");
  return cluster.deployment();
}

// A cluster whose status has reported some state of its rollout.
struct ToldRow {
  std::string id;
  std::function<void(Cluster&)> reach;
};

std::vector<ToldRow> Told() {
  const auto roll = [](Cluster& cluster, int32_t available) {
    cluster.Settle();
    cluster.SetImage("v2");
    cluster.Sync();
    cluster.now += 5;
    cluster.RunReplicaSets({{"v2", available}});
    cluster.Sync();
  };
  return {
      {"D-180 NewReplicaSetCreated",
       [](Cluster& cluster) {
         cluster.SetImage("v2");
         cluster.Sync();
       }},
      {"D-424 ReplicaSetUpdated", [=](Cluster& cluster) { roll(cluster, 1); }},
      {"D-425 ProgressDeadlineExceeded",
       [=](Cluster& cluster) {
         roll(cluster, 0);
         cluster.SyncAfter(700);
       }},
      {"W-12 FoundNewReplicaSet",
       [=](Cluster& cluster) {
         roll(cluster, 1);
         cluster.deployment()["status"].erase("conditions");
         cluster.Sync();
       }},
      {"D-423 NewReplicaSetAvailable", [](Cluster& cluster) { cluster.RollOut("v2"); }},
  };
}

TEST_CASE("a ReplicaSet made again is told after all, whatever came between (D-180, D-181)") {
  const ToldRow row = GENERATE(from_range(Told()));
  const bool crash = GENERATE(true, false);  // or the status write is refused
  CAPTURE(row.id, crash);
  Cluster cluster(4);
  row.reach(cluster);
  const std::string reason = row.id.substr(row.id.find(' ') + 1);
  REQUIRE(Progressing(cluster)["reason"] == reason);
  const std::string image =
      cluster.deployment()["spec"]["template"]["spec"]["containers"][0]["image"];
  const std::string name = cluster.NameOf(image);
  const std::string revision = cluster.revision();
  cluster.replica_sets().erase(name);
  cluster.now += 60;
  if (!crash) {
    cluster.server = [](const Request& request) -> std::optional<Result<Reply>> {
      if (request.subresource() != "status") return std::nullopt;
      return Result<Reply>(Error{ErrorKind::kConflict, "the object has been modified"});
    };
  }
  cluster.writes.clear();
  cluster.Sync(1);
  REQUIRE(cluster.writes.size() == 1);
  REQUIRE(cluster.writes[0].starts_with("create " + image));
  REQUIRE(cluster.RevisionOf(image) == revision);
  REQUIRE(cluster.NameOf(image) == name);
  REQUIRE(Progressing(cluster)["reason"] == reason);

  cluster.server = nullptr;
  cluster.SyncAfter(30);
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetCreated");
  CHECK(Progressing(cluster)["lastUpdateTime"] == FormatTime({cluster.now}));
  cluster.writes.clear();
  const Step step = cluster.Sync();
  CHECK(cluster.writes.empty());  // told once
  // Looks again sooner if the Pods of another ReplicaSet take the room: users are told about that.
  const bool waits = std::ranges::any_of(cluster.replica_sets(), [](const auto& named) {
    const Json& rs = named.second;
    return rs["status"].value("replicas", 0) > rs["spec"]["replicas"];
  });
  CHECK(std::get<Wait>(step).look_again_in == (waits ? kHeldToldAfter : seconds(601)));
  Proves("D-180 D-181 D-440");
}

TEST_CASE("a revision annotation that was lost or overwritten is no new rollout (D-166)") {
  const ToldRow row = GENERATE(from_range(Told()));
  // `kubectl replace` drops it, `kubectl apply` of an exported manifest brings an old one.
  const std::string applied = GENERATE("", "1", "7");
  CAPTURE(row.id, applied);
  Cluster cluster(4);
  row.reach(cluster);
  const std::string revision = cluster.revision();
  const Json told = Progressing(cluster);
  for (int i = 0; i < 3; ++i) {
    cluster.now += 60;
    cluster.Edit([&](Json& d) {
      d["metadata"].erase("annotations");
      if (!applied.empty()) d["metadata"]["annotations"][std::string(kRevision)] = applied;
    });
    cluster.Sync();
    CHECK(cluster.revision() == revision);
    CHECK(Progressing(cluster) == told);
  }
  Proves("D-166 D-425");
}

TEST_CASE("a rollout there and back is told although no status came between (W-12)") {
  CompletedCluster cluster(4);
  cluster.SetImage("v2");
  cluster.Sync(2);  // made, and v1 shrunk for it
  REQUIRE(cluster.revision() == "1");
  cluster.RunReplicaSets({{"v2", 0}});
  cluster.SetImage("v1");
  cluster.now += 60;
  if (GENERATE(true, false)) cluster.Sync(1);
  cluster.Sync();
  CHECK(cluster.Condition("Progressing") == "True FoundNewReplicaSet");
  CHECK(Progressing(cluster)["lastUpdateTime"] == FormatTime({cluster.now}));
  Proves("W-12");
}

TEST_CASE("a rollout that begins while the annotation is lost is told all the same (D-180)") {
  const ToldRow row = GENERATE(from_range(Told()));
  const bool crash = GENERATE(true, false);
  CAPTURE(row.id, crash);
  Cluster cluster(4);
  row.reach(cluster);
  const std::string image = GENERATE("v1", "v3");  // back to the one before, or to another
  const bool back = cluster.HasReplicaSet(image);
  if (image == "v1" && !back) return;  // there was none before
  cluster.now += 60;
  cluster.Edit([&](Json& d) {
    d["metadata"].erase("annotations");
    d["spec"]["template"]["spec"]["containers"][0]["image"] = image;
  });
  if (crash) cluster.Sync(1);
  cluster.SyncAfter(1);
  CHECK(cluster.Condition("Progressing").starts_with("True "));
  CHECK(Progressing(cluster)["lastUpdateTime"] == FormatTime({cluster.now}));
  CHECK(Progressing(cluster)["message"].get<std::string>().find(cluster.NameOf(image)) !=
        std::string::npos);
  Proves("D-180 W-12");
}

TEST_CASE("clocks that differ are no reason to tell again (D-405)") {
  const auto rollout = [](int64_t server_ahead) {
    Cluster cluster(4);
    cluster.server_ahead = server_ahead;
    cluster.Settle();
    cluster.RollOut("v2");
    cluster.replica_sets().erase(cluster.NameOf("v2"));
    cluster.Sync(1);
    for (int i = 0; i < 10; ++i) {  // Pods come one by one
      cluster.SyncAfter(1);
      cluster.RunReplicaSets({{"v2", i / 2}});
    }
    CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
    const size_t writes = cluster.writes.size();
    for (int i = 0; i < 5; ++i) {
      cluster.SyncAfter(10);
    }
    CHECK(cluster.writes.size() == writes);
    return cluster.writes;
  };
  const std::vector<std::string> same = rollout(0);
  CHECK(rollout(100) == same);
  CHECK(rollout(-1) == same);
  Proves("D-405 D-411");
}

TEST_CASE("a complete Deployment is not told anew for another controller's clock (D-422)") {
  CompletedCluster cluster(3);
  Progressing(cluster)["lastUpdateTime"] = FormatTime({cluster.now - 100});  // it was behind
  cluster.writes.clear();
  cluster.Sync();
  CHECK(cluster.writes.empty());
}

}  // namespace
}  // namespace windlass::workload::begin_test
