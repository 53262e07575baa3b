// Workloads whose Pods follow a revision, whatever their template says. A revision that is kept.
#include "controller/workload/revisions/followed_revision.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::followed_revision_test {
namespace {

using Json = nlohmann::json;
using Lines = std::vector<std::string>;

// Four Pods of image v1, revision 1. The planner sees the values below.
struct Following : CompletedCluster {
  Following() : CompletedCluster(4) {
    look = [this](View& view) {
      view.workload.follow_revision = follow;
      view.workload.kept_revision = kept;
      view.workload.kept_name = kept_name;
      view.workload.limits.updated_max = updated_max;
    };
  }
  void Pause(bool paused) {
    Edit([&](Json& d) { d["spec"]["paused"] = paused; });
  }
  void CheckSizes(int32_t of_v1, int32_t of_v2) {
    CHECK(SizeOf("v1") == of_v1);
    CHECK(SizeOf("v2") == of_v2);
  }
  void SettlesAt(int32_t of_v1, int32_t of_v2) {
    Settle();
    CheckSizes(of_v1, of_v2);
  }
  // Rolls out v2 to two of the Pods.
  void HoldAtTwo() {
    updated_max = 2;
    SetImage("v2");
    SettlesAt(2, 2);
  }
  std::string Image() { return deployment()["spec"]["template"]["spec"]["containers"][0]["image"]; }
  std::string Message() {
    for (const Json& condition : deployment()["status"]["conditions"]) {
      if (condition["type"] == "Progressing") return condition["message"];
    }
    return "";
  }
  bool Observed() {
    return deployment()["status"]["observedGeneration"] == deployment()["metadata"]["generation"];
  }

  std::optional<int64_t> follow;
  std::optional<int64_t> kept;
  std::string kept_name;  // of the ReplicaSet of `kept`, as the status says
  int32_t updated_max = kUnlimited;
};

TEST_CASE("Pods go back to the revision that they follow, and the template stays (RO-030)") {
  Following cluster;
  cluster.HoldAtTwo();
  REQUIRE(cluster.revision() == "2");

  cluster.follow = 1;
  cluster.SettlesAt(4, 0);  // the limit holds nothing back (RO-031)
  CHECK(cluster.Image() == "v2");
  CHECK(cluster.RevisionOf("v1") == "3");
  CHECK(cluster.HistoryOf("v1") == "1");
  CHECK(cluster.revision() == "3");
  CHECK(cluster.Condition("Progressing") == "False DeploymentAborted");
  CHECK(cluster.Message() == "Deployment is aborted: Pods follow revision 1, replica set \"" +
                                 cluster.NameOf("v1") + "\"");
  Proves("RO-030 RO-031");

  cluster.writes.clear();
  cluster.now += 3600;
  CHECK_FALSE(std::get<Wait>(cluster.Sync()).look_again_in);
  CHECK(cluster.writes.empty());

  cluster.follow.reset();
  cluster.updated_max = kUnlimited;
  cluster.Sync();
  CHECK(cluster.Condition("Progressing") == "True FoundNewReplicaSet");
  cluster.SettlesAt(0, 4);
  CHECK(cluster.RevisionOf("v2") == "4");  // so what was said of revision 2 is stale
  CHECK(cluster.revision() == "4");
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("RO-031 RO-034");
}

TEST_CASE("what is followed is scaled as a new ReplicaSet is, and gets no annotation (RO-031)") {
  Following cluster;
  cluster.RollOut("v2");
  cluster.follow = 1;
  cluster.Settle();
  cluster.Edit([](Json& d) {
    d["metadata"]["annotations"]["kubernetes.io/change-cause"] = "of v2";
    d["spec"]["replicas"] = 6;
  });
  cluster.SettlesAt(6, 0);
  CHECK_FALSE(
      cluster.ReplicaSet("v1")["metadata"]["annotations"].contains("kubernetes.io/change-cause"));
  Proves("RO-031");
}

// The Pods that an abort takes back are bad: a larger size must not make more of them.
TEST_CASE("Pods that go back get no share of a larger size (RO-127)") {
  Following cluster;
  cluster.HoldAtTwo();
  cluster.follow = 1;
  cluster.Scale(12);
  cluster.writes.clear();
  for (int i = 0; i < 50 && cluster.SizeOf("v2") > 0; ++i) {
    cluster.Sync(1);
    CHECK(cluster.SizeOf("v2") <= 2);
    cluster.RunReplicaSets();
  }
  cluster.SettlesAt(12, 0);
  Proves("RO-127");
}

TEST_CASE("a revision is followed by a number that its ReplicaSet had before (RO-030)") {
  Following cluster;
  cluster.RollOut("v2");
  cluster.Undo("1");
  cluster.Settle();
  REQUIRE(cluster.RevisionOf("v1") == "3");
  cluster.SetImage("v2");
  cluster.SettlesAt(0, 4);
  cluster.follow = 1;
  cluster.SettlesAt(4, 0);
  CHECK(cluster.RevisionOf("v1") == "5");
  Proves("RO-030");
}

TEST_CASE("a paused workload tells that it is aborted, and moves no Pod (RO-034)") {
  Following cluster;
  cluster.Edit([](Json& d) {  // a paused workload would use the surge (D-359)
    d["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 0}, {"maxUnavailable", 1}};
  });
  cluster.HoldAtTwo();
  cluster.Pause(true);
  cluster.follow = 1;
  cluster.SettlesAt(2, 2);
  CHECK(cluster.Condition("Progressing") == "False DeploymentAborted");
  CHECK(cluster.Message().ends_with(", when the rollout is resumed"));
  cluster.Pause(false);
  cluster.SettlesAt(4, 0);
  Proves("RO-034");
}

// Whom this serves: the user who aborts a paused Rollout that had timed out. Progressing says what
// the Pods follow now, and not what became of the rollout before.
TEST_CASE("an abort takes the place of a passed deadline, also while paused (D-061 RO-034)") {
  Following cluster;
  cluster.HoldAtTwo();
  cluster.Edit([](Json& d) {
    d["spec"]["paused"] = true;
    for (Json& condition : d["status"]["conditions"]) {
      if (condition["type"] != "Progressing") continue;
      condition["status"] = "False";
      condition["reason"] = "ProgressDeadlineExceeded";
    }
  });
  cluster.Settle();
  CHECK(cluster.Condition("Progressing") == "False ProgressDeadlineExceeded");
  cluster.follow = 1;
  cluster.Settle();
  CHECK(cluster.Condition("Progressing") == "False DeploymentAborted");
  Proves("D-061 RO-034");
}

TEST_CASE("an abort while paused makes no Pod, although there is a surge (RO-049)") {
  Following cluster;
  cluster.HoldAtTwo();
  cluster.Pause(true);
  cluster.follow = 1;
  cluster.SettlesAt(2, 2);
  cluster.Pause(false);
  cluster.SettlesAt(4, 0);
  Proves("RO-049");
}

// A user who stops the damage by scaling to 0 gets 0 Pods.
TEST_CASE("with nothing to follow, no Pod is moved, and sizes follow replicas (RO-032)") {
  const bool paused = GENERATE(false, true);
  const int64_t follow = GENERATE(int64_t{0}, int64_t{7});
  CAPTURE(paused, follow);
  Following cluster;
  cluster.HoldAtTwo();
  cluster.writes.clear();
  cluster.follow = follow;
  cluster.Pause(paused);
  cluster.Scale(6);
  cluster.SetImage("v3");
  cluster.SettlesAt(2, 4);
  CHECK(cluster.deployment()["status"]["updatedReplicas"] == 4);  // of revision 2, as published
  CHECK_FALSE(cluster.HasReplicaSet("v3"));
  cluster.Scale(0);
  cluster.SettlesAt(0, 0);
  cluster.ScaleAndSettle(6);
  CHECK(cluster.SizeOf("v1") + cluster.SizeOf("v2") == 6);
  CHECK(cluster.Condition("Progressing") == "False NothingToAbortTo");
  const bool has_number = cluster.Message().find("revision 7") != std::string::npos;
  CHECK(has_number == (follow == 7));
  CHECK(cluster.Observed());
  CHECK(cluster.revision() == "2");

  cluster.follow.reset();
  cluster.updated_max = kUnlimited;
  cluster.Pause(false);
  cluster.Settle();
  CHECK(cluster.SizeOf("v3") == 6);
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("RO-032 RO-034");
}

// Whom this serves: whoever aborts after a tool wrote over the annotations of the ReplicaSet that
// serves. The message said that this ReplicaSet did not exist any more.
TEST_CASE("with nothing to follow, the message names the ReplicaSet that may be meant (RO-032)") {
  Following cluster;
  cluster.HoldAtTwo();
  cluster.follow = 7;
  cluster.SettlesAt(2, 2);
  const std::string old = cluster.NameOf("v1");
  CHECK(cluster.Message() ==
        "The rollout is aborted, but has no revision to go back to: the replica set of revision 7, "
        "the last revision that was complete, is not found. No Pod is changed. End the abort to "
        "roll out the template. If replica set " +
            old +
            ", which has Pods, belongs to revision 7, set its annotation "
            "deployment.kubernetes.io/revision to 7: the Pods then go back to revision 7");
  cluster.EditReplicaSet(
      old, [](auto& rs) { rs["metadata"]["annotations"][std::string(kRevision)] = "7"; });
  cluster.SettlesAt(4, 0);
  Proves("RO-032");
}

TEST_CASE("a followed revision whose number is spoilt is in the history again (RO-030)") {
  Following cluster;
  cluster.HoldAtTwo();
  cluster.kept_name = cluster.NameOf("v1");
  cluster.EditReplicaSet(cluster.kept_name, [](auto& rs) {
    rs["metadata"]["annotations"][std::string(kRevision)] = "spoilt";
  });
  cluster.follow = cluster.kept = 1;
  cluster.SettlesAt(4, 0);
  CHECK(cluster.RevisionOf("v1") == "3");
  CHECK(cluster.HistoryOf("v1") == "1");
  Proves("RO-030");
}

// What was promoted of the first try names revision 2.
TEST_CASE("after an abort with nothing to follow, the next try has a new number (RO-095)") {
  Following cluster;
  cluster.HoldAtTwo();
  cluster.follow = 7;
  cluster.Settle();
  CHECK(cluster.RevisionOf("v2") == "2");
  cluster.writes.clear();
  cluster.Settle();
  CHECK(cluster.writes.empty());
  if (GENERATE(false, true)) {
    cluster.Pause(true);
    cluster.follow.reset();
    cluster.Settle();
    cluster.Pause(false);
  }
  cluster.follow.reset();
  cluster.updated_max = kUnlimited;
  cluster.SettlesAt(0, 4);
  CHECK(cluster.RevisionOf("v2") == "3");
  CHECK(cluster.HistoryOf("v2") == "2");
  CHECK(cluster.revision() == "3");
  Proves("RO-095");
}

// Revisions 1, 2 and 3 of images v1, v2 and v3. Pods follow revision 2.
struct AtTwo : Following {
  AtTwo() {
    RollOut("v2");
    RollOut("v3");
    follow = kept = 2;
    SettlesAt(0, 4);
    REQUIRE(RevisionOf("v2") == "4");
    writes.clear();
    events.clear();
  }
  void Ask(const std::string& revision) {
    Edit([&](Json& d) { d["metadata"]["annotations"][kRollbackTo] = revision; });
  }
};

TEST_CASE("a rollback while Pods follow a revision changes the template alone (RO-033)") {
  AtTwo cluster;
  // Pods have it, the template has not. It is the one before that of the template, too.
  cluster.Ask(GENERATE("2", "4", "0"));
  cluster.Settle();
  CHECK(cluster.WritesAndForget() == "roll back");
  CHECK(cluster.Image() == "v2");
  CHECK(cluster.RevisionOf("v2") == "4");
  cluster.CheckSizes(0, 4);

  cluster.follow.reset();
  cluster.Settle();
  CHECK(cluster.RevisionOf("v2") == "4");
  CHECK(cluster.SizeOf("v3") == 0);
  cluster.CheckSizes(0, 4);
  Proves("RO-022 RO-024 RO-033");
}

TEST_CASE("the template that the workload has is not rolled back to (RO-033)") {
  AtTwo cluster;
  cluster.Ask("3");
  cluster.Settle();
  CHECK(cluster.WritesAndForget() == "clear rollback");
  CHECK(cluster.Image() == "v3");
  CHECK(cluster.events ==
        Lines{"The rollback revision contains the same template as current deployment \"web\""});
  Proves("RO-033");
}

TEST_CASE("a template that never ran gets no ReplicaSet while Pods follow a revision (RO-033)") {
  AtTwo cluster;
  cluster.SetImage("v4");
  cluster.Ask("1");
  cluster.Settle();
  CHECK(cluster.WritesAndForget() == "roll back");
  CHECK(cluster.Image() == "v1");
  CHECK_FALSE(cluster.HasReplicaSet("v4"));
  Proves("RO-033");
}

TEST_CASE("history keeps the ReplicaSet of a revision, also by a former number (RO-035)") {
  Following cluster;
  cluster.Edit([](Json& d) { d["spec"]["revisionHistoryLimit"] = 0; });
  cluster.kept = 1;
  cluster.RollOut("v2");
  cluster.RollOut("v3");
  CHECK(cluster.HasReplicaSet("v1"));
  CHECK_FALSE(cluster.HasReplicaSet("v2"));

  cluster.Undo("1");
  cluster.Settle();
  REQUIRE(cluster.RevisionOf("v1") == "4");
  cluster.RollOut("v5");
  CHECK(cluster.HasReplicaSet("v1"));
  CHECK_FALSE(cluster.HasReplicaSet("v3"));

  cluster.kept.reset();
  cluster.Settle();
  CHECK_FALSE(cluster.HasReplicaSet("v1"));
  Proves("RO-035");
}

TEST_CASE("history keeps the ReplicaSet of the template while Pods follow a revision (RO-037)") {
  Following cluster;
  cluster.Edit([](Json& d) { d["spec"]["revisionHistoryLimit"] = 0; });
  cluster.kept = 1;
  cluster.HoldAtTwo();
  cluster.follow = 1;
  cluster.SettlesAt(4, 0);
  REQUIRE(cluster.HasReplicaSet("v2"));
  CHECK(cluster.RevisionOf("v2") == "2");

  cluster.SetImage("v3");  // v2 is no longer the template of anything
  cluster.Settle();
  CHECK_FALSE(cluster.HasReplicaSet("v2"));
  Proves("RO-037");
}

}  // namespace
}  // namespace windlass::workload::followed_revision_test
