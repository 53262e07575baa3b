#include "controller/workload/actions/pause.h"

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/status/progress.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/completed_cluster.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::pause_test {
namespace {

using Json = nlohmann::json;

constexpr WallTime kEarlier{1'700'000'000};

struct Row {
  std::string id;
  std::string status;  // of the present condition; "" = there is none
  std::string reason;
  std::optional<int32_t> deadline;
  std::string want;
  bool want_fresh;
};

TEST_CASE("Progressing says that the Deployment is paused") {
  const Row row = GENERATE(values<Row>({
      {"D-062", "True", "ReplicaSetUpdated", 600, "Unknown DeploymentPaused", true},
      {"D-062 paused from birth", "", "", 600, "Unknown DeploymentPaused", true},
      {"D-062 after completion", "True", "NewReplicaSetAvailable", 600, "Unknown DeploymentPaused",
       true},
      {"D-062 said already", "Unknown", "DeploymentPaused", 600, "Unknown DeploymentPaused", false},
      {"D-061 a verdict stays", "False", "ProgressDeadlineExceeded", 600,
       "False ProgressDeadlineExceeded", false},
      {"D-060 no deadline", "", "", std::nullopt, "", false},
      {"D-060 no deadline, in so many seconds", "True", "ReplicaSetUpdated", kUnlimited,
       "True ReplicaSetUpdated", false},
  }));
  CAPTURE(row.id);
  World world(2);
  world.deployment.spec.progress_deadline_seconds = row.deadline;
  WorkloadStatus status;
  if (!row.status.empty()) {
    status.conditions = {NewCondition("Progressing", row.status, row.reason, "m", kEarlier)};
  }
  MarkPaused(world.Look(), status);
  CHECK(StatusAndReason(status.conditions, "Progressing") == row.want);
  const Condition* condition = FindCondition(status.conditions, "Progressing");
  CHECK((condition != nullptr && condition->last_update_time == kNow) == row.want_fresh);
  Proves(row.id);
}

TEST_CASE("a resumed Deployment says so in a write of its own (D-063, D-064)") {
  World world(2);
  world.deployment.status.replicas = 5;
  world.deployment.status.observed_generation = 1;
  world.deployment.status.conditions = {
      NewCondition("Progressing", "Unknown", "DeploymentPaused", "m", kEarlier)};
  const auto step = AcknowledgeResume(world.Look());
  REQUIRE(step);
  const std::string body = std::get<Write>(*step).request.body();
  CHECK(body.find("DeploymentResumed") != std::string::npos);
  CHECK(body.find(R"("observedGeneration":1)") != std::string::npos);
  CHECK(body.find(R"("replicas":5)") != std::string::npos);
  Proves("D-063 D-064");

  SECTION("not while paused") {
    world.deployment.spec.paused = true;
    CHECK_FALSE(AcknowledgeResume(world.Look()));
  }
  SECTION("not without a deadline (D-060)") {
    world.deployment.spec.progress_deadline_seconds.reset();
    CHECK_FALSE(AcknowledgeResume(world.Look()));
  }
}

void Pause(Cluster& cluster, bool paused) {
  cluster.Edit([=](Json& d) { d["spec"]["paused"] = paused; });
}

// Ten Pods of v1, paused when v2 has three Pods that are not available; what was written is
// cleared.
struct InMidRollout : Cluster {
  InMidRollout() : Cluster(10) {
    Settle();
    SetImage("v2");
    Sync(2);  // create v2 3, scale v1 10 8
    RunReplicaSets({{"v2", 0}});
    Pause(*this, true);
    writes.clear();
  }
};

TEST_CASE("paused from birth: nothing is made until it is resumed (IT-04, D-170)") {
  Cluster cluster(3);
  Pause(cluster, true);
  cluster.Settle();
  CHECK(cluster.writes == std::vector<std::string>{"status"});
  CHECK(cluster.deployment()["status"]["observedGeneration"] == 2);
  CHECK(cluster.Condition("Progressing") == "Unknown DeploymentPaused");

  Pause(cluster, false);
  cluster.Settle();
  CHECK(cluster.SizeOf("v1") == 3);
  CHECK(cluster.revision() == "1");
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("IT-04 D-170");
}

TEST_CASE("a template edited while paused waits for the resume (IT-04, D-057, D-065)") {
  CompletedCluster cluster(3);
  Pause(cluster, true);
  cluster.RollOut("v2");
  CHECK(cluster.replica_sets().size() == 1);
  CHECK(cluster.SizeOf("v1") == 3);
  CHECK(cluster.deployment()["status"]["observedGeneration"] == 3);
  CHECK(cluster.deployment()["status"].value("updatedReplicas", 0) == 0);
  Proves("IT-04 D-057 D-067");
}

TEST_CASE("a paused Deployment is scaled, and its ReplicaSet first (IT-05, D-065, D-350)") {
  CompletedCluster cluster(1);
  Pause(cluster, true);
  cluster.Settle();
  cluster.writes.clear();
  cluster.Scale(10);
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"scale v1 1 10", "status"});
  Proves("IT-05 D-065 D-350");
}

TEST_CASE("a pause in mid-rollout fills the surge up, once (D-359, X-84)") {
  InMidRollout cluster;
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"scale v1 8 10", "status"});
  CHECK(cluster.Condition("Progressing") == "Unknown DeploymentPaused");
  cluster.writes.clear();
  cluster.Sync();
  CHECK(cluster.writes.empty());
  Proves("D-066 D-359 X-84");
}

TEST_CASE("0 to N of a paused Deployment goes to the new ReplicaSet, else the latest (D-354)") {
  CompletedCluster cluster(6);
  cluster.RollOut("v2");
  cluster.ScaleAndSettle(0);
  Pause(cluster, true);
  const bool edited = GENERATE(false, true);
  if (edited) cluster.SetImage("v3");
  cluster.Scale(6);
  cluster.writes.clear();
  cluster.Sync();
  CHECK(cluster.WritesAndForget() == "scale v2 0 6");
  Proves("X-81 D-354");
}

TEST_CASE("a pause does not bring Recreate's Pods together (S-010)") {
  CompletedCluster cluster(2, "Recreate");
  cluster.RollOut("v2");
  const std::string v2 = cluster.NameOf("v2");
  cluster.SetPods(v2, 2);
  cluster.Undo("1");
  cluster.Sync();
  cluster.RunReplicaSets();  // none of v2 is counted, its Pods go on terminating
  Pause(cluster, true);
  cluster.Sync();
  CHECK(cluster.SizeOf("v1") == 0);
  cluster.SetPods(v2, 0);
  cluster.Sync();
  CHECK(cluster.SizeOf("v1") == 2);
}

// v1, v2, v1 again, and now v3: v1 is at 0 for it, and no ReplicaSet has v3 yet.
struct RecreateAfterRollback : Cluster {
  RecreateAfterRollback() : Cluster(2) {
    ChangeStrategy("Recreate");
    Settle();
    RollOut("v2");
    Undo("1");
    Settle();
    SetImage("v3");
    Sync(1);
    Pause(*this, true);
  }
};

TEST_CASE("a paused Recreate Deployment goes back to the latest revision (S-010, D-354)") {
  RecreateAfterRollback cluster;
  REQUIRE(cluster.SizeOf("v1") == 0);
  SECTION("beside its own Pods that terminate: these are of that revision") {
    cluster.SetPods(cluster.NameOf("v1"), 2);
    cluster.Sync();
    CHECK(cluster.SizeOf("v1") == 2);
  }
  SECTION("and not to the youngest ReplicaSet, which served before") {
    cluster.RunReplicaSets();
    cluster.Sync();
    CHECK(cluster.SizeOf("v1") == 2);
  }
  SECTION("not beside Pods of another") {
    cluster.RunReplicaSets();
    const std::string v2 = cluster.NameOf("v2");
    cluster.SetPods(v2, 1);
    cluster.Sync();
    CHECK(cluster.SizeOf("v1") == 0);
    CHECK(cluster.Condition("Progressing") == "Unknown DeploymentPaused");
    cluster.SetPods(v2, 0);
    cluster.Sync();
    CHECK(cluster.SizeOf("v1") == 2);
  }
  CHECK(cluster.SizeOf("v2") == 0);
  Proves("S-010 D-354");
}

// v2 never worked, and was gone back from. It is asked for again while all sleep, and is no more.
TEST_CASE("what is renumbered in its sleep does not tell that the workload woke (RO-122)") {
  CompletedCluster cluster(2, "Recreate");
  cluster.RollOut("v2");
  cluster.Undo("1");
  cluster.Settle();
  cluster.ScaleAndSettle(0);
  cluster.RollOut("v2");
  REQUIRE(cluster.RevisionOf("v2") == "4");
  Pause(cluster, true);
  SECTION("it is the wanted one") {}
  SECTION("none is") { cluster.SetImage("v4"); }
  cluster.Scale(2);
  cluster.Sync();
  CHECK(cluster.SizeOf("v1") == 2);
  CHECK(cluster.SizeOf("v2") == 0);
}

// The note of v1 is of a sleep that ended two versions ago.
TEST_CASE("a paused Recreate goes on with the present template, whatever slept once (RO-122)") {
  CompletedCluster cluster(2, "Recreate");
  cluster.ScaleAndSettle(0);
  cluster.ScaleAndSettle(2);
  for (const char* image : {"v2", "v3"}) {
    cluster.RollOut(image);
  }
  std::string wanted = "v2";
  SECTION("which went back") { cluster.Undo("2"); }
  SECTION("which has no ReplicaSet: with the latest one") {
    cluster.SetImage("v4");
    wanted = "v3";
  }
  cluster.Sync();
  REQUIRE(cluster.SizeOf("v3") == 0);
  Pause(cluster, true);
  cluster.RunReplicaSets();
  cluster.Sync();
  CHECK(cluster.SizeOf(wanted) == 2);
  CHECK(cluster.SizeOf("v1") == 0);
}

TEST_CASE("a paused Recreate Deployment that sleeps wakes in what served (RO-122)") {
  CompletedCluster cluster(2, "Recreate");
  cluster.ScaleAndSettle(0);
  cluster.SetImage("v2");  // never had a Pod
  cluster.Settle();
  Pause(cluster, true);
  cluster.Scale(2);
  cluster.Sync();
  CHECK(cluster.SizeOf("v1") == 2);
  CHECK(cluster.SizeOf("v2") == 0);
}

TEST_CASE("a paused Recreate Deployment that has Pods is scaled beside no other Pods (S-010)") {
  CompletedCluster cluster(2, "Recreate");
  cluster.RollOut("v2");
  const std::string v1 = cluster.NameOf("v1");
  cluster.SetPods(v1, 1);  // somebody made it
  Pause(cluster, true);
  cluster.Scale(4);
  cluster.Sync();
  CHECK(cluster.SizeOf("v2") == 2);
  cluster.Scale(1);
  cluster.Sync();
  CHECK(cluster.SizeOf("v2") == 1);
  cluster.Scale(4);
  cluster.SetPods(v1, 0);
  cluster.Sync();
  CHECK(cluster.SizeOf("v2") == 4);
}

TEST_CASE("the deadline does not run while paused, and starts anew (D-063, D-443, B-29)") {
  InMidRollout cluster;
  cluster.Sync();
  cluster.now += 3600;
  const Step step = cluster.Sync();
  CHECK_FALSE(std::get<Wait>(step).look_again_in.has_value());
  CHECK(cluster.Condition("Progressing") == "Unknown DeploymentPaused");

  Pause(cluster, false);
  cluster.Sync(1);
  CHECK(cluster.Condition("Progressing") == "Unknown DeploymentResumed");
  cluster.SyncAfter(600);
  CHECK(cluster.Condition("Progressing") != "False ProgressDeadlineExceeded");
  Proves("D-063 D-443");
}

TEST_CASE("history is cleaned up while paused, unless a rollback waits (D-472, D-481)") {
  Cluster cluster(2);
  for (const char* image : {"v1", "v2", "v3"}) {
    cluster.RollOut(image);
  }
  cluster.Edit([](Json& d) {
    d["spec"]["paused"] = true;
    d["spec"]["revisionHistoryLimit"] = 0;
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v4";
  });
  SECTION("whether or not the rollout is complete") {
    cluster.Settle();
    CHECK(cluster.replica_sets().size() == 1);
    CHECK(cluster.SizeOf("v3") == 2);
  }
  SECTION("a rollback waits") {
    cluster.Edit([](Json& d) { d["metadata"]["annotations"][kRollbackTo] = "1"; });
    cluster.Settle();
    CHECK(cluster.replica_sets().size() == 3);
  }
  Proves("D-066 D-472 D-481");
}

}  // namespace
}  // namespace windlass::workload::pause_test
