// Whole rollouts, step by step, against a small model of the API server.
#include "controller/deployment/deployment.h"

#include <algorithm>

#include "controller/deployment/annotations.h"
#include "kubeclient/base/limits.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/deployment/cluster.h"

namespace windlass::deployment {
namespace {

using Json = nlohmann::json;

// A completed rollout of image v1, its writes forgotten.
struct Completed : Cluster {
  explicit Completed(int32_t replicas) : Cluster(replicas) {
    Settle();
    REQUIRE(Condition("Progressing") == "True NewReplicaSetAvailable");
    writes.clear();
    events.clear();
    reads.clear();
  }
};

TEST_CASE("a fresh Deployment takes one create and one status write (contract 12.2)") {
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

TEST_CASE("ten replicas in batches roll out in six ReplicaSet writes (section 5, trace)") {
  Completed cluster(10);
  cluster.SetImage("v2");
  cluster.Settle();
  const auto statuses = std::count(cluster.writes.begin(), cluster.writes.end(), "status");
  CHECK(statuses <= 10);  // D-610
  CHECK(cluster.WritesAndForget() ==
        "create v2 3, scale v1 10 8, scale v2 3 5, scale v1 8 3, scale v2 5 10, scale v1 3 0");
  CHECK(cluster.reads.empty());  // D-611
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(cluster.Condition("Available") == "True MinimumReplicasAvailable");
  CHECK(cluster.revision() == "2");
  Proves("D-260 D-273 D-610 D-611 W-06");
}

TEST_CASE("ReplicaSets are written before the generation is acknowledged (D-065)") {
  Completed cluster(10);
  cluster.SetImage("v2");
  cluster.Sync();
  CHECK(cluster.writes ==
        std::vector<std::string>{"create v2 3", "scale v1 10 8", "scale v2 3 5", "status"});
  Proves("D-065 D-263");
}

TEST_CASE("a rollout tells users about each change of size (D-271)") {
  Completed cluster(10);
  const std::string v1 = cluster.NameOf("v1");
  cluster.SetImage("v2");
  cluster.Settle();
  const std::string v2 = cluster.NameOf("v2");
  CHECK(cluster.events ==
        std::vector<std::string>{"Scaled up replica set " + v2 + " from 0 to 3",
                                 "Scaled down replica set " + v1 + " from 10 to 8",
                                 "Scaled up replica set " + v2 + " from 3 to 5",
                                 "Scaled down replica set " + v1 + " from 8 to 3",
                                 "Scaled up replica set " + v2 + " from 5 to 10",
                                 "Scaled down replica set " + v1 + " from 3 to 0"});
  Proves("D-002 D-271");
}

TEST_CASE("a Deployment that is as it should be gets no write (D-028)") {
  Completed cluster(10);
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
  Completed cluster(2);
  int fights = 0;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.subresource() != "status") return std::nullopt;
    // Somebody writes other counters into every status of ours.
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
  Completed cluster(1);
  for (int i = 0; i < 40; ++i) {
    cluster.SetImage("old" + std::to_string(i));
    cluster.Settle();
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

TEST_CASE("stuck new Pods never cost old ones (X-53), and undo removes them first (X-55)") {
  Completed cluster(10);
  const auto stuck = [&] {
    for (int i = 0; i < 5; ++i) {
      cluster.Sync();
      cluster.RunReplicaSets({{"v2", 0}});
    }
  };
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
  Completed cluster(10);
  cluster.SetImage("v2");
  for (int i = 0; i < 3; ++i) {
    cluster.Sync();
    cluster.RunReplicaSets({{"v2", 0}});
  }
  cluster.WritesAndForget();
  cluster.SetImage("v3");
  cluster.Sync();
  CHECK(cluster.WritesAndForget() == "create v3 0, scale v2 5 0, scale v3 0 5");
  Proves("X-56");
}

TEST_CASE("kubectl undo numbers revisions as upstream does (D-633)") {
  Cluster cluster(1);
  cluster.Settle();
  cluster.SetImage("v2");
  cluster.Settle();
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

TEST_CASE("an undo takes one ReplicaSet write for revision, history and size (contract 12.2)") {
  Completed cluster(10);
  cluster.SetImage("v2");
  cluster.Settle();
  cluster.WritesAndForget();
  cluster.Undo("1");
  cluster.Sync();
  CHECK(cluster.writes ==
        std::vector<std::string>{"scale v1 0 3", "scale v2 10 8", "scale v1 3 5", "status"});
  CHECK(cluster.revision() == "3");
  CHECK(cluster.Condition("Progressing") == "True FoundNewReplicaSet");
  Proves("W-02 W-03 B-22");
}

TEST_CASE("a change of annotations is one ReplicaSet write and one status write (D-163)") {
  Completed cluster(3);
  cluster.Edit([](Json& d) { d["metadata"]["annotations"]["kubernetes.io/change-cause"] = "x"; });
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"annotate v1", "status"});
  CHECK(cluster.ReplicaSet("v1")["metadata"]["annotations"]["kubernetes.io/change-cause"] == "x");
  Proves("D-163 D-154");
}

TEST_CASE("kubectl scale takes one ReplicaSet write (D-354)") {
  Completed cluster(10);
  cluster.Scale(20);
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"scale v1 10 20", "status"});
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");  // D-422
  cluster.Settle();
  cluster.WritesAndForget();

  cluster.Scale(0);
  cluster.Settle();
  CHECK(cluster.WritesAndForget() == "scale v1 20 0");
  cluster.Scale(5);
  cluster.Settle();
  CHECK(cluster.WritesAndForget() == "scale v1 0 5");
  Proves("D-353 D-354 D-362");
}

TEST_CASE("size and template changed in one edit: scaled first, then rolled (IT-09, D-067)") {
  Completed cluster(10);
  cluster.Edit([](Json& d) {
    d["spec"]["replicas"] = 20;
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v2";
  });
  cluster.Sync();
  // The ten Pods v1 does not have yet are the first to go (D-266).
  CHECK(cluster.WritesAndForget() == "scale v1 10 20, create v2 5, scale v1 20 15, scale v2 5 10");
  cluster.Settle();
  CHECK(cluster.SizeOf("v2") == 20);
  CHECK(cluster.SizeOf("v1") == 0);
  Proves("D-067");
}

TEST_CASE("size and template changed in one edit are acknowledged together (B-41)") {
  Completed cluster(10);
  cluster.SetImage("v2");
  for (int i = 0; i < 3; ++i) {
    cluster.Sync();
    cluster.RunReplicaSets({{"v2", 0}});
  }
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
  Completed cluster(10);
  cluster.Edit([](Json& d) {
    d["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 3}, {"maxUnavailable", 2}};
  });
  cluster.SetImage("v2");
  for (int i = 0; i < 3; ++i) {
    cluster.Sync();
    cluster.RunReplicaSets({{"v2", 0}});
  }
  cluster.writes.clear();
  cluster.Scale(30);
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"scale v1 8 20", "scale v2 5 13", "status"});
  cluster.Sync();
  CHECK(cluster.writes.size() == 3);  // the event is over (D-363)
}

TEST_CASE("whichever is older, broken Pods make room when a rollout is scaled down (B-12)") {
  Completed cluster(20);
  cluster.Edit([](Json& d) {
    d["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 3}, {"maxUnavailable", 2}};
  });
  cluster.SetImage("v2");
  for (int i = 0; i < 3; ++i) {
    cluster.Sync();
    cluster.RunReplicaSets({{"v2", 0}});
  }
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

TEST_CASE("a stuck rollout can be scaled to nothing and back (X-80)") {
  Completed cluster(10);
  cluster.SetImage("v2");
  for (int i = 0; i < 3; ++i) {
    cluster.Sync();
    cluster.RunReplicaSets({{"v2", 0}});
  }
  cluster.Scale(0);
  cluster.Settle();
  CHECK(cluster.SizeOf("v1") == 0);
  CHECK(cluster.SizeOf("v2") == 0);
  cluster.Scale(4);
  cluster.Settle();
  CHECK(cluster.SizeOf("v2") == 4);
}

TEST_CASE("an annotation that says another size does not stop a rollout for ever (B-01, U4)") {
  Completed cluster(5);
  cluster.EditReplicaSet(cluster.NameOf("v1"),
                         [](Json& rs) { rs["metadata"]["annotations"][kDesiredReplicas] = "3"; });
  cluster.SetImage("v2");
  cluster.Settle();
  CHECK(cluster.SizeOf("v2") == 5);
  Proves("B-01");
}

TEST_CASE("Recreate removes every old Pod before it makes a new one (D-300…D-308)") {
  Completed cluster(6);
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
  CHECK(cluster.reads == std::vector<std::string>{"list pods ns (app=web)"});
  CHECK(cluster.writes == std::vector<std::string>{"create v2 6", "status"});
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetCreated");
  cluster.Settle();
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(cluster.reads.size() == 1);
  Proves("D-300 D-301 D-302 D-304 D-305");
}

TEST_CASE("a Recreate undo raises the revision before its Pods may start") {
  Completed cluster(2);
  cluster.ChangeStrategy("Recreate");
  cluster.SetImage("v2");
  cluster.Settle();
  cluster.writes.clear();
  cluster.Undo("1");
  cluster.Settle();
  CHECK(cluster.WritesAndForget() == "annotate v1, scale v2 2 0, scale v1 0 2");
  CHECK(cluster.revision() == "3");
}

TEST_CASE("editing strategy and size in mid-rollout does not get stuck (B-02, X-98)") {
  Completed cluster(10);
  cluster.SetImage("v2");
  for (int i = 0; i < 3; ++i) {
    cluster.Sync();
    cluster.RunReplicaSets({{"v2", 0}});
  }
  cluster.Edit([](Json& d) {
    d["spec"]["strategy"] = {{"type", "Recreate"}};
    d["spec"]["replicas"] = 12;
  });
  cluster.Settle();
  CHECK(cluster.SizeOf("v1") == 0);
  CHECK(cluster.SizeOf("v2") == 12);
  Proves("B-02 X-98 D-356");
}

TEST_CASE("history beyond the limit is deleted once the rollout is complete (D-481)") {
  Completed cluster(2);
  cluster.Edit([](Json& d) { d["spec"]["revisionHistoryLimit"] = 1; });
  for (const char* image : {"v2", "v3", "v4"}) {
    cluster.SetImage(image);
    cluster.Settle();
  }
  CHECK(cluster.replica_sets().size() == 2);
  CHECK(cluster.HasReplicaSet("v3"));
  CHECK(cluster.HasReplicaSet("v4"));
  Proves("D-481");
}

TEST_CASE("a Deployment in foreground deletion only gets its status (D-055)") {
  Completed cluster(3);
  cluster.SetImage("v2");
  cluster.DeleteInForeground();
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"status"});
  CHECK(cluster.deployment()["status"]["observedGeneration"] == 3);
  CHECK_FALSE(cluster.HasReplicaSet("v2"));
  Proves("D-055 D-170 D-613");
}

TEST_CASE("conditions of others survive every write, in place (D-404, B-56)") {
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
  Completed cluster(2);
  cluster.deployment()["status"]["availableReplicas"] = 0;
  cluster.deployment()["status"].erase("readyReplicas");
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"status"});
  CHECK(cluster.deployment()["status"]["readyReplicas"] == 2);
  Proves("D-405");
}

TEST_CASE("a take-over writes nothing and restarts nothing (contract 15.2)") {
  Completed cluster(3);
  cluster.SetImage("v2");
  cluster.Settle();
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

// Everything that survives of a rollout, without times and versions.
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
  Completed cluster(3);  // revision 1, and 1 it will be again
  cluster.replica_sets().clear();
  cluster.now += 3600;
  cluster.Sync();
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetCreated");
  cluster.writes.clear();
  cluster.now += 1;
  const Step step = cluster.Sync();
  CHECK(cluster.writes.empty());
  CHECK(std::get<Wait>(step).look_again_in.has_value());  // the deadline runs (D-440)
  Proves("D-180 D-181");
}

TEST_CASE("a create that was refused for longer than the deadline is not late (D-445)") {
  Completed cluster(3);
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

TEST_CASE("a crash right after the create still tells that it was created (architecture §2)") {
  Completed cluster(10);
  cluster.SetImage("v2");
  cluster.Sync(1);
  CHECK(cluster.writes == std::vector<std::string>{"create v2 3"});
  cluster.Sync();
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetCreated");
  CHECK(cluster.revision() == "2");
  Proves("D-181");
}

}  // namespace
}  // namespace windlass::deployment
