#include "controller/workload/status/deadline.h"

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/sizes/waiting_event.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/completed_cluster.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::deadline_test {
namespace {

using Json = nlohmann::json;

struct Row {
  std::string id;
  std::optional<int32_t> deadline;
  std::string reason;  // "" = no condition
  int64_t age;         // of the condition, in seconds
  bool complete;
  bool want_timed_out;
  std::optional<int64_t> want_look_again;  // in seconds
};

TEST_CASE("a rollout that does not move times out, and is looked at in time (D-433, D-440)") {
  const Row row = GENERATE(values<Row>({
      {"UT-16 no deadline", std::nullopt, "ReplicaSetUpdated", 11, false, false, {}},
      {"UT-16 deadline MaxInt32", kUnlimited, "ReplicaSetUpdated", 11, false, false, {}},
      {"UT-16 11 s", 10, "ReplicaSetUpdated", 11, false, true, {}},
      {"UT-16 9 s", 10, "ReplicaSetUpdated", 9, false, false, 2},
      {"UT-16 complete before", 10, "NewReplicaSetAvailable", 11, false, false, {}},
      {"D-433 not strictly before now", 10, "ReplicaSetUpdated", 10, false, false, 1},
      {"D-433 no condition", 10, "", 0, false, false, {}},
      {"D-433 a verdict", 10, "ProgressDeadlineExceeded", 1, false, true, {}},
      {"D-433 resumed", 10, "DeploymentResumed", 11, false, true, {}},
      {"D-443 an error of a create", 10, "ReplicaSetCreateError", 11, false, true, {}},
      {"UT-17 D-441 half the time", 60, "ReplicaSetUpdated", 30, false, false, 31},
      {"UT-17 D-441 one second", 60, "ReplicaSetUpdated", 59, false, false, 2},
      {"UT-17 complete", 60, "ReplicaSetUpdated", 30, true, false, {}},
      {"D-442 B-07 W-08 a Pod lost long after", 60, "NewReplicaSetAvailable", 9999, false, false,
       std::nullopt},
      {"the clock of the writer was ahead", 60, "ReplicaSetUpdated", -100000, false, false, 61},
      {"as long as can be said", kUnlimited - 1, "ReplicaSetUpdated", 0, false, false,
       int64_t{kUnlimited}},
  }));
  CAPTURE(row.id);
  World world(10);
  world.deployment.spec.progress_deadline_seconds = row.deadline;
  world.AddNew("web-new", 10, row.complete ? 10 : 3);
  if (!row.reason.empty()) {
    world.deployment.status.conditions = {
        NewCondition("Progressing", "True", row.reason, "m", {kNow.unix_seconds - row.age})};
  }
  const Situation situation = world.Look();
  CHECK(TimedOut(situation, situation.workload.status) == row.want_timed_out);
  std::optional<Duration> want;
  if (row.want_look_again) want = seconds(*row.want_look_again);
  CHECK(TimeUntilVerdict(situation) == want);
  Proves(row.id);
  Proves("D-440");
}

TEST_CASE("the sooner of two reasons to look again counts, also after a failure (W-09)") {
  World world(10);
  world.AddNew("web-new", 10, 3);
  world.deployment.status.conditions = {
      NewCondition("Progressing", "True", "ReplicaSetUpdated", "m", kNow)};
  const Situation situation = world.Look();
  const auto look_again = [&](Wait wait) {
    return std::get<Wait>(NoLaterThanDeadline(situation, std::move(wait))).look_again_in;
  };
  CHECK(look_again({}) == seconds(601));
  CHECK(look_again({.look_again_in = seconds(1)}) == seconds(1));
  CHECK(look_again({.look_again_in = seconds(3600)}) == seconds(601));
  const Step failed =
      NoLaterThanDeadline(situation, Failed{.error = {}, .look_again_in = seconds(3600)});
  CHECK(std::get<Failed>(failed).look_again_in == seconds(601));
  Proves("W-09 D-444");
}

std::optional<Duration> LookAgain(const Step& step) { return std::get<Wait>(step).look_again_in; }

TEST_CASE("new Pods that never start: a timer, a verdict, and a way out (IT-07, D-425, D-427)") {
  CompletedCluster cluster(4);
  cluster.SetImage("v2");
  Step step = Wait{};
  for (int i = 0; i < 4; ++i) {
    step = cluster.Sync();
    cluster.RunReplicaSets({{"v2", 0}});
  }
  CHECK(LookAgain(step) == seconds(601));
  cluster.now += 600;
  CHECK(LookAgain(cluster.Sync()) == seconds(1));
  CHECK(cluster.Condition("Progressing") == "True ReplicaSetUpdated");
  ++cluster.now;
  cluster.writes.clear();
  CHECK_FALSE(LookAgain(cluster.Sync()).has_value());
  CHECK(cluster.writes == std::vector<std::string>{"status"});
  CHECK(cluster.Condition("Progressing") == "False ProgressDeadlineExceeded");
  const Json conditions = cluster.deployment()["status"]["conditions"];
  CHECK(conditions.back()["message"] ==
        "ReplicaSet \"" + cluster.NameOf("v2") + "\" has timed out progressing.");

  cluster.now += 3600;  // a verdict is given once (D-425)
  cluster.Sync();
  CHECK(cluster.writes.size() == 1);

  SECTION("Pods become ready after all") {
    cluster.Settle();
    CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  }
  SECTION("an undo starts the time anew, although its ReplicaSet exists (B-08, W-12, D-621)") {
    cluster.Undo("1");
    cluster.Sync();
    CHECK(cluster.deployment()["status"]["observedGeneration"] == 3);
    CHECK(cluster.Condition("Progressing") == "True ReplicaSetUpdated");  // it has Pods already
  }
  SECTION("scaling leaves the verdict alone (D-362)") {
    cluster.Scale(8);
    cluster.Sync();
    CHECK(cluster.Condition("Progressing") == "False ProgressDeadlineExceeded");
  }
  Proves("IT-07 D-425 D-427 D-428 D-440");
}

TEST_CASE("an undo that never makes a Pod times out (B-08, W-12)") {
  CompletedCluster cluster(4);
  cluster.RollOut("v2");
  cluster.Undo("1");
  cluster.Sync();  // ReplicaSets are written, and their controller does nothing
  CHECK(cluster.Condition("Progressing") == "True FoundNewReplicaSet");
  // What the old Pods take of the room is told first.
  CHECK(LookAgain(cluster.Sync()) == kHeldToldAfter);
  cluster.now += 590;
  CHECK(LookAgain(cluster.Sync()) == seconds(11));
  cluster.SyncAfter(11);
  CHECK(cluster.Condition("Progressing") == "False ProgressDeadlineExceeded");
  Proves("B-08 W-12");
}

TEST_CASE("Recreate is timed while it waits for old Pods of a finished rollout (D-309)") {
  CompletedCluster cluster(2, "Recreate");
  REQUIRE(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  const std::string v1 = cluster.NameOf("v1");
  cluster.SetPods(v1, 1);
  cluster.SetImage("v2");
  cluster.Sync();
  CHECK(cluster.Condition("Progressing") == "True ReplicaSetUpdated");
  cluster.RunReplicaSets();
  cluster.Sync();
  CHECK(LookAgain(cluster.Sync()) == kHeldToldAfter);  // what it waits for is told first
  cluster.now += 590;
  REQUIRE(LookAgain(cluster.Sync()) == seconds(11));
  cluster.SyncAfter(11);
  CHECK(cluster.Condition("Progressing") == "False ProgressDeadlineExceeded");
  CHECK(cluster.deployment()["status"]["conditions"].back()["message"] ==
        "Deployment \"web\" has timed out progressing.");

  cluster.SetPods(v1, 0);
  cluster.Settle();
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("D-309");
}

TEST_CASE("Recreate of no replicas is complete without a Pod, and stays so (D-447)") {
  CompletedCluster cluster(0, "Recreate");
  cluster.SetImage("v2");
  cluster.pods_known = false;
  cluster.Sync();
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  cluster.writes.clear();
  ++cluster.now;
  cluster.Sync();
  CHECK(cluster.writes.empty());
  Proves("D-447");
}

}  // namespace
}  // namespace windlass::workload::deadline_test
