#include "controller/workload/status/status.h"

#include "controller/workload/conditions.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/status/counters.h"
#include "controller/workload/status/progress.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::status_test {
namespace {

TEST_CASE("counters are sums over the claimed ReplicaSets (D-400…D-402)") {
  World world(10);
  ReplicaSet& old = world.AddOld("web-old", 8, 7);
  old.status.replicas = 9;
  old.status.ready_replicas = 8;
  world.AddNew("web-new", 5, 2);
  world.deployment.status.collision_count = 3;

  const WorkloadStatus status = CountReplicas(world.Look());
  CHECK(status.observed_generation == 2);
  CHECK(status.replicas == 14);
  CHECK(status.updated_replicas == 5);
  CHECK(status.ready_replicas == 10);
  CHECK(status.available_replicas == 9);
  CHECK(status.unavailable_replicas == 4);  // 8 + 5 wanted, surge included
  CHECK(status.collision_count == 3);
  Proves("D-400 D-401 D-402 D-404 UT-13");
}

TEST_CASE("counters stay in their range whatever a ReplicaSet says (BI-48)") {
  World world(1);
  world.AddOld("web-a", 1, 2147483647);
  world.AddOld("web-b", 1, 2147483647);
  ReplicaSet& rs = world.AddOld("web-c", 1, 0);
  rs.status.ready_replicas = -7;
  const WorkloadStatus status = CountReplicas(world.Look());
  CHECK(status.available_replicas == 2147483647);
  CHECK(status.unavailable_replicas == 0);  // never negative
  CHECK(status.updated_replicas == 0);      // there is no new ReplicaSet
  Proves("D-402");
}

struct TerminatingRow {
  std::string id;
  // For each ReplicaSet: a number; -1 = synced, but without the field; -2 = never synced.
  std::vector<int32_t> replica_sets;
  std::optional<int32_t> present;
  bool acknowledged;  // a status of this generation was written before
  std::optional<int32_t> want;
};

TEST_CASE("terminatingReplicas is a sum or absent (D-403, UT-13)") {
  const TerminatingRow row = GENERATE(values<TerminatingRow>({
      {"{3}", {3}, std::nullopt, false, 3},
      {"{3,1}", {3, 1}, std::nullopt, true, 4},
      {"{unsynced}", {-2}, std::nullopt, false, 0},
      {"{unsynced}, the server keeps the field", {-2}, 5, true, 0},
      {"{unsynced}, the server dropped it", {-2}, std::nullopt, true, std::nullopt},
      {"{3,1,unsynced}", {3, 1, -2}, std::nullopt, true, 4},
      {"{synced without value}", {-1}, 5, false, std::nullopt},
      {"mixed", {3, -1}, 5, false, std::nullopt},
      {"none", {}, std::nullopt, false, 0},
      {"none, the server dropped it", {}, std::nullopt, true, std::nullopt},
  }));
  CAPTURE(row.id);
  World world(1);
  world.deployment.status.terminating_replicas = row.present;
  if (row.acknowledged) world.deployment.status.observed_generation = 2;
  for (const int32_t terminating : row.replica_sets) {
    ReplicaSet& rs = world.AddOld("web-" + std::to_string(world.replica_sets.size()), 1, 1);
    if (terminating >= 0) rs.status.terminating_replicas = terminating;
    if (terminating == -2) rs.status.observed_generation = 0;
  }
  CHECK(CountReplicas(world.Look()).terminating_replicas == row.want);
  Proves("D-403 UT-13");
}

struct AvailableRow {
  std::string id;
  std::string strategy;
  int32_t replicas;
  int32_t size;  // of its ReplicaSet
  int32_t available;
  std::string want;
};

TEST_CASE("Available is true with replicas less maxUnavailable (D-407)") {
  const AvailableRow row = GENERATE(values<AvailableRow>({
      {"X-25 enough", "RollingUpdate", 10, 10, 8, "True MinimumReplicasAvailable"},
      {"X-25 one too few", "RollingUpdate", 10, 10, 7, "False MinimumReplicasUnavailable"},
      {"Recreate needs all", "Recreate", 10, 10, 9, "False MinimumReplicasUnavailable"},
      {"Recreate has all", "Recreate", 10, 10, 10, "True MinimumReplicasAvailable"},
      {"no replicas are always there", "RollingUpdate", 0, 0, 0, "True MinimumReplicasAvailable"},
      {"Pods that are to go are not available", "Recreate", 10, 0, 10,
       "False MinimumReplicasUnavailable"},
  }));
  CAPTURE(row.id);
  World world(row.replicas);
  world.deployment.spec.strategy_type = row.strategy;
  world.AddNew("web-new", row.size, row.available);
  WorkloadStatus status = CountReplicas(world.Look());
  UpdateAvailable(world.Look(), status);
  CHECK(StatusAndReason(status.conditions, "Available") == row.want);
  Proves(row.id + " D-407");
}

TEST_CASE("published counters are the ReplicaSet's own, even above its size (D-401 before W-05)") {
  World world(10);
  world.AddNew("web-new", 5, 9);
  CHECK(CountReplicas(world.Look()).available_replicas == 9);
  Proves("D-401");
}

TEST_CASE(
    "of the Pods of a ReplicaSet that shrinks, ready ones count that must stay (D-743, W-05)") {
  struct Row {
    std::string id;
    int32_t size;
    int32_t ready;
    int32_t available;
    int32_t want;
    int32_t doubtful = 0;
  };
  const Row row = GENERATE(values<Row>({
      {"not shrinking", 10, 10, 7, 7},
      {"all ready ones are available", 8, 10, 10, 8},
      {"W-05 above its size", 8, 8, 10, 8},
      {"D-743 the five that go may be available ones", 8, 13, 5, 0, 5},
      {"D-743 unready ones go first", 8, 9, 9, 8},
      {"D-743 two of ten go", 8, 10, 9, 7, 1},
      {"nonsense", 8, -3, -5, 0},
  }));
  CAPTURE(row.id);
  World world(10);
  ReplicaSet& rs = world.AddNew("web-new", row.size, row.available);
  rs.status.ready_replicas = row.ready;
  CHECK(SizeOf(rs).available == row.want);
  CHECK(SizeOf(rs).doubtful == row.doubtful);
  Proves(row.id);
}

// The new ReplicaSet was set to 0 and to 6 again: the six Pods that its status shows may be gone
// (`doubtful`), and then no old Pod may go.
void CheckGoesBack(bool doubtful) {
  World world(6);
  world.deployment.spec.max_unavailable = IntOrPercent::Int(0);
  ReplicaSet& old = world.AddOld("web-old", 6, 6);
  ReplicaSet& now = world.AddNew("web-new", 6, 6);
  now.status.ready_replicas = 6;
  now.status.observed_generation = now.meta.generation;
  world.deployment.status.observed_generation = world.deployment.meta.generation;
  if (doubtful) now.told.lowest = 0;
  Step step = world.Decide();
  if (!doubtful) {
    const auto* write = std::get_if<Write>(&step);
    REQUIRE(write != nullptr);
    CHECK(write->request.Describe().ends_with(old.meta.name));
    return;
  }
  if (const auto* write = std::get_if<Write>(&step)) {
    REQUIRE(write->request.subresource() == "status");
    world.learned.push_back({write->request.Identity(), Reply{"{}"}});
    step = world.Decide();
  }
  const auto* wait = std::get_if<Wait>(&step);
  REQUIRE(wait != nullptr);
  REQUIRE(wait->look_again_in);
  CHECK(wait->look_again_in <= kPodsAreCountedWithin);  // no event tells when the doubt is over
}

// For the user who goes back at once: a Pod that is being removed serves nobody.
TEST_CASE("Pods that may have been removed are no reason to remove others (W-05)") {
  struct Row {
    int32_t size;
    std::optional<int32_t> lowest;
    int32_t sure;
    int32_t doubtful;
  };
  const Row row = GENERATE(values<Row>({
      {6, {}, 6, 0},
      {6, 0, 0, 6},  // it was set to 0 and to 6 again
      {6, 4, 4, 2},
      {4, 4, 4, 0},  // it shrinks
  }));
  World world(10);
  ReplicaSet& rs = world.AddNew("web-new", row.size, 6);
  rs.status.ready_replicas = 6;
  rs.told.lowest = row.lowest;
  CHECK(SureSizeOf(rs).available == row.sure);
  CHECK(SureSizeOf(rs).doubtful == row.doubtful);
  CHECK(SizeOf(rs).available == row.size);
  rs.status.observed_generation = rs.meta.generation;
  CHECK(MayCountRemovedPods(rs) == (row.lowest && *row.lowest < row.size));
  rs.meta.generation += 1;
  CHECK_FALSE(MayCountRemovedPods(rs));
  CheckGoesBack(/*doubtful=*/true);
  CheckGoesBack(/*doubtful=*/false);
  Proves("W-05");
}

// A rollout of ten Pods under way, with its status published: five new Pods, two of them available.
World Published(std::vector<Condition> of_old = {}) {
  World world(10);
  world.AddOld("web-old", 6, 6).status.conditions = std::move(of_old);
  world.AddNew("web-new", 5, 0);
  for (const int32_t available : {1, 2}) {
    world.replica_sets[1].status.available_replicas = available;
    WorkloadStatus status = CountReplicas(world.Look());
    UpdateAvailable(world.Look(), status);
    UpdateProgressing(world.Look(), status);
    UpdateReplicaFailure(world.Look(), status);
    world.Publish(status);
  }
  world.SetAnnotation(world.replica_sets.back(), "deployment.kubernetes.io/revision", "2");
  world.deployment.meta.annotations = world.replica_sets.back().meta.annotations;
  return world;
}

struct PatienceRow {
  std::string id;
  void (*change)(World&);
  Duration want;
};

TEST_CASE("only counters on their way can wait to be published (C-006)") {
  const PatienceRow row = GENERATE(values<PatienceRow>({
      {"one more is available", [](World& w) { w.replica_sets[1].status.available_replicas = 3; },
       seconds(1)},
      {"an old one is gone", [](World& w) { w.replica_sets[0].status.replicas = 5; }, seconds(20)},
      {"one more is available, and a size is not observed yet",
       [](World& w) {
         w.replica_sets[1].status.available_replicas = 3;
         w.replica_sets[0].meta.generation = w.replica_sets[0].status.observed_generation + 1;
       },
       seconds(20)},
      {"an old one is gone, of a rollout that has no deadline",
       [](World& w) {
         w.replica_sets[0].status.replicas = 5;
         w.deployment.spec.progress_deadline_seconds = kUnlimited;
         w.deployment.status.conditions.pop_back();
       },
       seconds(20)},
      {"an old one is gone, of a rollout that may take two minutes",
       [](World& w) {
         w.replica_sets[0].status.replicas = 5;
         w.deployment.spec.progress_deadline_seconds = 120;
       },
       seconds(4)},
      {"an old one is gone, of a rollout that may take five seconds",
       [](World& w) {
         w.replica_sets[0].status.replicas = 5;
         w.deployment.spec.progress_deadline_seconds = 5;
       },
       seconds(1)},
      {"an old one, which is being deleted, has no Pods any more",
       [](World& w) {
         w.replica_sets[0].status.replicas = 0;
         w.replica_sets[0].meta.deletion_timestamp = kNow;
       },
       seconds(1)},
      {"a rollout that was begun is under way",
       [](World& w) {
         w.deployment.status.conditions[1].reason = "NewReplicaSetCreated";
         w.deployment.status.available_replicas = 6;
       },
       seconds(1)},
      {"a complete rollout is under way again",
       [](World& w) {
         w.deployment.status.conditions[1].reason = "NewReplicaSetAvailable";
         w.deployment.status.available_replicas = 6;
       },
       Duration{0}},
      {"a rollout that was stuck goes on",
       [](World& w) {
         w.deployment.status.conditions[1].status = "False";
         w.deployment.status.conditions[1].reason = "ProgressDeadlineExceeded";
         w.deployment.status.available_replicas = 6;
       },
       Duration{0}},
      {"a new generation", [](World& w) { ++w.deployment.meta.generation; }, Duration{0}},
      {"too few are available", [](World& w) { w.replica_sets[0].status.available_replicas = 1; },
       Duration{0}},
      {"a new revision",
       [](World& w) {
         w.SetAnnotation(w.replica_sets[1], "deployment.kubernetes.io/revision", "3");
       },
       Duration{0}},
      {"a condition was lost", [](World& w) { w.deployment.status.conditions.pop_back(); },
       Duration{0}},
      {"complete",
       [](World& w) {
         w.replica_sets[0].replicas = 0;
         w.replica_sets[0].status = {};
         w.replica_sets[1].replicas = 10;
         w.replica_sets[1].status.replicas = 10;
         w.replica_sets[1].status.ready_replicas = 10;
         w.replica_sets[1].status.available_replicas = 10;
       },
       Duration{0}},
  }));
  CAPTURE(row.id);
  World world = Published();
  REQUIRE_FALSE(WriteStatus(world.Look(), Progress::kEvaluate).has_value());
  row.change(world);
  const auto step = WriteStatus(world.Look(), Progress::kEvaluate);
  REQUIRE(step.has_value());
  CHECK(std::get<Write>(*step).patience == row.want);
  Proves("W-11");
}

TEST_CASE("counters do not wait for Pods that cannot be deleted (C-006)") {
  World world = Published({NewCondition("ReplicaFailure", "True", "FailedDelete", "", WallTime())});
  world.replica_sets[0].status.replicas = 7;
  const auto step = WriteStatus(world.Look(), Progress::kEvaluate);
  REQUIRE(step.has_value());
  CHECK(std::get<Write>(*step).patience == seconds(1));
  Proves("W-11");
}

}  // namespace
}  // namespace windlass::workload::status_test
