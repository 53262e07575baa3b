#include "controller/workload/status/progress.h"

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/status/complete.h"
#include "controller/workload/status/counters.h"
#include "controller/workload/status/status.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::progress_test {
namespace {

constexpr WallTime kEarlier{1'700'000'000};

WorkloadStatus Counters(int32_t replicas, int32_t updated, int32_t ready, int32_t available) {
  WorkloadStatus status;
  status.replicas = replicas;
  status.updated_replicas = updated;
  status.ready_replicas = ready;
  status.available_replicas = available;
  return status;
}

TEST_CASE("progress is a gain of Pods or a loss of old ones (D-432, UT-16)") {
  struct Row {
    std::string id;
    WorkloadStatus before;
    WorkloadStatus after;
    bool want;
  };
  const Row row = GENERATE(values<Row>({
      {"more updated", Counters(10, 4, 4, 4), Counters(10, 6, 4, 4), true},
      {"nothing", Counters(10, 4, 4, 4), Counters(10, 4, 4, 4), false},
      {"fewer old", Counters(10, 4, 6, 6), Counters(8, 4, 6, 6), true},
      {"fewer updated", Counters(10, 7, 3, 3), Counters(10, 6, 3, 3), false},
      {"updated, others lost", Counters(10, 4, 7, 7), Counters(8, 8, 5, 5), true},
      {"more ready", Counters(10, 10, 9, 8), Counters(10, 10, 10, 8), true},
      {"more available", Counters(10, 10, 10, 9), Counters(10, 10, 10, 10), true},
  }));
  CAPTURE(row.id);
  CHECK(DeploymentProgressing(row.before, row.after) == row.want);
  Proves("D-432 UT-16");
}

TEST_CASE("complete means all updated, all available, none left over (D-431)") {
  struct Row {
    std::string id;
    int32_t wanted;
    WorkloadStatus status;
    bool want;
  };
  const Row row = GENERATE(values<Row>({
      {"5;5,5,4", 5, Counters(5, 5, 4, 4), false},
      {"5;5,5,3", 5, Counters(5, 5, 3, 3), false},
      {"5;5,5,5", 5, Counters(5, 5, 5, 5), true},
      {"5;5,4,5", 5, Counters(5, 4, 5, 5), false},
      {"1;2,1,1", 1, Counters(2, 1, 1, 1), false},
      {"1;1,1,0", 1, Counters(1, 1, 0, 0), false},
      {"D-447 0;0,0,0", 0, Counters(0, 0, 0, 0), true},
  }));
  CAPTURE(row.id);
  World world(row.wanted);
  WorkloadStatus status = row.status;
  status.observed_generation = 2;
  CHECK(DeploymentComplete(world.Look().workload, status) == row.want);
  status.observed_generation = 1;
  CHECK_FALSE(DeploymentComplete(world.Look().workload, status));
  Proves("D-431 UT-16");
}

struct Row {
  std::string id;
  std::string status;  // of the present condition; "" = there is none
  std::string reason;
  WorkloadStatus before;
  int32_t old_pods;
  int32_t new_pods;
  int32_t new_available;
  std::string want;
  bool want_fresh;   // lastUpdateTime is now
  int64_t age = 10;  // of the present condition, in seconds
};

TEST_CASE("Progressing follows the rollout (D-421…D-427)") {
  const Row row = GENERATE(values<Row>({
      {"D-166 none yet", "", "", Counters(10, 10, 9, 9), 0, 10, 9, "True FoundNewReplicaSet", true},
      {"D-422 lost Pods after completion", "True", "NewReplicaSetAvailable",
       Counters(10, 10, 10, 10), 0, 10, 7, "True NewReplicaSetAvailable", false},
      {"D-423", "True", "ReplicaSetUpdated", Counters(10, 10, 9, 9), 0, 10, 10,
       "True NewReplicaSetAvailable", true},
      {"D-424 the same reason, refreshed", "True", "ReplicaSetUpdated", Counters(13, 5, 8, 8), 8, 5,
       1, "True ReplicaSetUpdated", true},
      {"D-426", "True", "ReplicaSetUpdated", Counters(13, 5, 8, 8), 8, 5, 0,
       "True ReplicaSetUpdated", false},
      {"D-427 late completion", "False", "ProgressDeadlineExceeded", Counters(10, 10, 0, 0), 0, 10,
       10, "True NewReplicaSetAvailable", true},
      {"D-427 late progress", "False", "ProgressDeadlineExceeded", Counters(10, 10, 0, 0), 0, 10, 1,
       "True ReplicaSetUpdated", true},
      {"D-425 no progress for too long", "True", "NewReplicaSetCreated", Counters(10, 10, 0, 0), 0,
       10, 0, "False ProgressDeadlineExceeded", true, 601},
      {"D-425 a verdict is given once", "False", "ProgressDeadlineExceeded", Counters(10, 10, 0, 0),
       0, 10, 0, "False ProgressDeadlineExceeded", false, 601},
      {"D-427 progress beats the deadline", "True", "ReplicaSetUpdated", Counters(13, 5, 8, 8), 8,
       5, 1, "True ReplicaSetUpdated", true, 601},
      {"no progress, no verdict yet", "True", "NewReplicaSetCreated", Counters(10, 10, 0, 0), 0, 10,
       0, "True NewReplicaSetCreated", false},
      {"the error of a create is over", "False", "ReplicaSetCreateError", Counters(10, 0, 10, 10),
       10, 3, 0, "True ReplicaSetUpdated", true},
      {"resumed and moving", "Unknown", "DeploymentResumed", Counters(13, 5, 8, 8), 8, 5, 1,
       "True ReplicaSetUpdated", true},
  }));
  CAPTURE(row.id);
  const WallTime before{kNow.unix_seconds - row.age};
  World world(10);
  world.Publish(row.before);
  world.deployment.status.observed_generation = 2;
  if (!row.status.empty()) {
    world.deployment.status.conditions = {
        NewCondition("Progressing", row.status, row.reason, "m", before)};
  }
  if (row.old_pods > 0) world.AddOld("web-old", row.old_pods, row.old_pods);
  const ReplicaSet& new_replica_set = world.AddNew("web-new", row.new_pods, row.new_available);
  world.deployment.meta.annotations.Set(kRevision, RevisionText(new_replica_set.meta));

  const Situation situation = world.Look();
  WorkloadStatus status = CountReplicas(situation);
  UpdateProgressing(situation, status);
  CHECK(StatusAndReason(status.conditions, "Progressing") == row.want);
  const Condition* condition = FindCondition(status.conditions, "Progressing");
  REQUIRE(condition != nullptr);
  CHECK((condition->last_update_time == kNow) == row.want_fresh);
  const bool same_status = !row.status.empty() && condition->status == row.status;
  CHECK(condition->last_transition_time == (same_status ? before : kNow));
  Proves("UT-18");
  Proves(row.id);
}

TEST_CASE("without a deadline there is no Progressing condition (D-421)") {
  World world(1);
  world.AddNew("web-new", 1, 0);
  world.deployment.status.conditions = {
      NewCondition("Progressing", "True", "ReplicaSetUpdated", "m", kEarlier)};
  const std::optional<int32_t> none =
      GENERATE(std::optional<int32_t>(), std::optional<int32_t>(kUnlimited));
  world.deployment.spec.progress_deadline_seconds = none;
  WorkloadStatus status = world.Look().workload.status;
  UpdateProgressing(world.Look(), status);
  CHECK(status.conditions.empty());
  Proves("D-421");
}

struct BegunRow {
  std::string id;
  std::string acknowledged;  // the Deployment's revision; "-" = none
  std::string history;
  int64_t born;
  std::string reason;
  std::string message;  // of the present condition
  std::string want;     // its message
};

TEST_CASE("a revision the Deployment does not carry is a rollout that begins (D-180, W-12)") {
  const BegunRow row = GENERATE(values<BegunRow>({
      {"the first one", "-", "", 2000, "", "", "Created new replica set \"web-new\""},
      {"D-181 a second one before the first moved", "1", "", 2000, "NewReplicaSetCreated",
       "Created new replica set \"web-old\"", "Created new replica set \"web-new\""},
      {"B-08 undo", "1", "1", 2000, "ProgressDeadlineExceeded", "old verdict",
       "Found new replica set \"web-new\""},
      {"adopted: older than its Deployment", "-", "", 500, "", "",
       "Found new replica set \"web-new\""},
      {"after a create that failed", "-", "", 2000, "ReplicaSetCreateError",
       "Failed to create new replica set \"web-new\": quota",
       "Created new replica set \"web-new\""},
      {"acknowledged", "2", "", 2000, "NewReplicaSetCreated", "m", "m"},
      {"kubectl replace dropped the annotation", "-", "", 2000, "NewReplicaSetAvailable",
       "ReplicaSet \"web-new\" has successfully progressed.",
       "ReplicaSet \"web-new\" has successfully progressed."},
      {"D-181 made again since the last word", "2", "", 1'700'000'001, "ReplicaSetUpdated",
       "ReplicaSet \"web-new\" is progressing.", "Created new replica set \"web-new\""},
      {"adopted since the last word, with a history", "2", "1", 1'700'000'001, "ReplicaSetUpdated",
       "ReplicaSet \"web-new\" is progressing.", "Found new replica set \"web-new\""},
      {"told in the second that made it", "2", "", 1'700'000'000, "ReplicaSetUpdated",
       "ReplicaSet \"web-new\" is progressing.", "ReplicaSet \"web-new\" is progressing."},
      {"the verdict is another ReplicaSet's", "-", "", 2000, "NewReplicaSetAvailable",
       "ReplicaSet \"web-ne\" has successfully progressed.", "Created new replica set \"web-new\""},
  }));
  CAPTURE(row.id);
  World world(2);
  world.AddOld("web-old", 0, 0);
  world.deployment.spec.progress_deadline_seconds = kUnlimited - 1;  // nothing times out here
  ReplicaSet& rs = world.AddNew("web-new", 1, 0);
  rs.meta.creation_timestamp = {row.born};
  if (!row.history.empty()) world.SetAnnotation(rs, kRevisionHistory, row.history);
  if (row.acknowledged != "-") world.deployment.meta.annotations.Set(kRevision, row.acknowledged);
  if (!row.reason.empty()) {
    world.deployment.status.conditions = {
        NewCondition("Progressing", "True", row.reason, row.message, kEarlier)};
  }
  world.deployment.status.replicas = world.deployment.status.updated_replicas = 1;

  const Situation situation = world.Look();
  WorkloadStatus status = CountReplicas(situation);
  UpdateProgressing(situation, status);
  const Condition* condition = FindCondition(status.conditions, "Progressing");
  REQUIRE(condition != nullptr);
  CHECK(condition->message == row.want);
  CHECK(condition->status == "True");
  CHECK((condition->last_update_time == kNow) == (row.want != row.message));
  Proves(row.id);
  Proves("D-001 D-180 W-12");
}

TEST_CASE("a generation acknowledged before its ReplicaSet exists shows no old verdict (D-621)") {
  World world(2);
  world.deployment.spec.strategy_type = "Recreate";
  world.AddOld("web-old", 0, 0);
  world.deployment.status.conditions = {
      NewCondition("Progressing", "False", "ProgressDeadlineExceeded", "m", kEarlier)};
  WorkloadStatus status = world.Look().workload.status;
  UpdateProgressing(world.Look(), status);
  REQUIRE(StatusAndReason(status.conditions, "Progressing") == "True ReplicaSetUpdated");
  CHECK(status.conditions[0].message == "Deployment \"web\" is progressing.");

  world.deployment.status.observed_generation = 2;  // a verdict on this generation stays
  status = world.Look().workload.status;
  UpdateProgressing(world.Look(), status);
  CHECK(StatusAndReason(status.conditions, "Progressing") == "False ProgressDeadlineExceeded");
  Proves("D-621 W-12");
}

TEST_CASE("ReplicaFailure is the new ReplicaSet's, else the first there is (D-434)") {
  World world(2);
  const auto failure = [](const char* reason) {
    return std::vector<Condition>{
        {"ReplicaFailure", "True", reason, "why", {}, WallTime{1'600'000'000}}};
  };
  world.AddOld("web-a", 0, 0);
  world.AddOld("web-b", 0, 0).status.conditions = failure("FailedDelete");
  ReplicaSet& new_replica_set = world.AddNew("web-new", 1, 0);

  WorkloadStatus status;
  UpdateReplicaFailure(world.Look(), status);
  CHECK(StatusAndReason(status.conditions, "ReplicaFailure") == "True FailedDelete");

  new_replica_set.status.conditions = failure("FailedCreate");
  UpdateReplicaFailure(world.Look(), status);
  REQUIRE(status.conditions.size() == 1);
  CHECK(StatusAndReason(status.conditions, "ReplicaFailure") == "True FailedCreate");
  CHECK(status.conditions[0].message == "why");
  CHECK(status.conditions[0].last_update_time == WallTime{1'600'000'000});
  CHECK(status.conditions[0].last_transition_time == WallTime{1'600'000'000});

  // Another cause of the same reason is told.
  new_replica_set.status.conditions[0].message = "for another reason";
  UpdateReplicaFailure(world.Look(), status);
  CHECK(status.conditions[0].message == "for another reason");

  for (ReplicaSet& rs : world.replica_sets) rs.status.conditions.clear();
  UpdateReplicaFailure(world.Look(), status);
  CHECK(status.conditions.empty());
  Proves("D-434");
}

}  // namespace
}  // namespace windlass::workload::progress_test
