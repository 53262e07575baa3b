// A server that accepts what we write and does not keep it, for example because of an admission
// webhook. Rollouts, scaling and the status go on without annotations, the status without sizes.
// That a size is not kept is told, and the size is tried again.
#include <algorithm>
#include <functional>

#include "controller/workload/actions/scale.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/decisions.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/status/refused_write.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::dropped_annotations_test {
namespace {

using Json = nlohmann::json;

// What the webhook does with a patch.
using Webhook = std::function<void(const Json& before, Json& rs)>;

void KeepStored(const Json& before, Json& rs) {
  rs["metadata"]["annotations"] = before["metadata"]["annotations"];
}

void TakeAway(const Json&, Json& rs) { rs["metadata"].erase("annotations"); }

void KeepStoredAndCount(const Json& before, Json& rs) {
  KeepStored(before, rs);
  Json& count = rs["metadata"]["annotations"]["updates"];
  count = (count.is_string() ? count.get<std::string>() : "") + "|";
}

void KeepMinReadySeconds(const Json& before, Json& rs) {
  rs["spec"]["minReadySeconds"] = before["spec"].value("minReadySeconds", 0);
}

// Revisions v1 and v2 of four replicas, rolled out before the webhook was installed.
struct Dropping : Cluster {
  explicit Dropping(const Webhook& change) : Cluster(4) {
    Settle();
    RollOut("v2");
    update_webhook = change;
    writes.clear();
  }
  void Annotate(const std::string& value) {
    Edit([&](Json& d) { d["metadata"]["annotations"]["kubernetes.io/change-cause"] = value; });
  }
  void Pause(bool paused) {
    Edit([&](Json& d) { d["spec"]["paused"] = paused; });
  }
  // Runs a sync that must end by itself within the limits of the strategy, then makes all Pods
  // available.
  void SyncAndRun() {
    const int surge = (deployment()["spec"]["replicas"].get<int>() + 3) / 4;
    const int most = std::max(Total(), deployment()["spec"]["replicas"].get<int>() + surge);
    writes.clear();
    CHECK((std::holds_alternative<Wait>(Sync()) || !keeps_sizes));
    CHECK(writes.size() < kRequestsPerSyncMax);
    CHECK(Total() <= most);
    RunReplicaSets();
    ++now;
  }
  void Sync10() {
    for (int i = 0; i < 10; ++i) SyncAndRun();
  }
  // Returns the message of the condition ReplicaFailure.
  std::string Message() {
    for (const Json& condition : deployment()["status"]["conditions"]) {
      if (condition["type"] == "ReplicaFailure") return condition["message"];
    }
    return "";
  }
  int Total() {
    int total = 0;
    for (const auto& [name, rs] : replica_sets()) total += rs["spec"]["replicas"].get<int>();
    return total;
  }
  bool Observed() {
    return deployment()["status"]["observedGeneration"] == deployment()["metadata"]["generation"];
  }

  bool keeps_sizes = true;  // false: a sync may fail, so that the size is tried again
};

struct Row {
  std::string id;
  std::string arrives;  // the image that is rolled out in the end
  std::function<void(Dropping&)> act;
};

const std::vector<Row>& Rows() {
  static const std::vector<Row> kRows = {
      {"annotated in mid-rollout", "v3",
       [](Dropping& c) {
         c.SetImage("v3");
         c.SyncAndRun();
         c.Annotate("why");
       }},
      {"back to a ReplicaSet that exists", "v1", [](Dropping& c) { c.Undo("1"); }},
      {"minReadySeconds changed together with the template", "v3",
       [](Dropping& c) {
         c.SetImage("v3");
         c.SyncAndRun();
         c.Edit([](Json& d) { d["spec"]["minReadySeconds"] = 1; });
       }},
      {"scaled, then rolled out", "v3",
       [](Dropping& c) {
         c.Scale(8);
         c.SyncAndRun();
         c.SetImage("v3");
       }},
      {"scaled up in mid-rollout", "v3",
       [](Dropping& c) {
         c.SetImage("v3");
         c.SyncAndRun();
         c.Scale(8);
       }},
      {"scaled down in mid-rollout", "v3",
       [](Dropping& c) {
         c.SetImage("v3");
         c.SyncAndRun();
         c.Scale(2);
       }},
      {"size and template in one edit", "v3",
       [](Dropping& c) {
         c.Scale(8);
         c.SetImage("v3");
       }},
      {"scaled to nothing and back in mid-rollout", "v3",
       [](Dropping& c) {
         c.SetImage("v3");
         c.SyncAndRun();
         c.Scale(0);
         c.SyncAndRun();
         c.Scale(6);
       }},
      {"paused, scaled and resumed in mid-rollout", "v3",
       [](Dropping& c) {
         c.SetImage("v3");
         c.SyncAndRun();
         c.Pause(true);
         c.Scale(8);
         c.Sync10();
         CHECK(c.Observed());
         CHECK(c.Total() == 10);
         CHECK(c.Condition("Progressing") == "Unknown DeploymentPaused");
         c.Pause(false);
       }},
      {"strategy and size changed in mid-rollout", "v3",
       [](Dropping& c) {
         c.SetImage("v3");
         c.SyncAndRun();
         c.Edit([](Json& d) {
           d["spec"]["strategy"] = {{"type", "Recreate"}};
           d["spec"]["replicas"] = 6;
         });
       }},
      {"a Recreate undo", "v1",
       [](Dropping& c) {
         c.ChangeStrategy("Recreate");
         c.SyncAndRun();
         c.Undo("1");
       }},
      {"a rollback by annotation", "v1",
       [](Dropping& c) {
         c.Edit([](Json& d) { d["metadata"]["annotations"][std::string(kRollbackTo)] = "1"; });
       }},
  };
  return kRows;
}

TEST_CASE("a rollout arrives although the server keeps none of our annotations") {
  const Row& row = Rows()[GENERATE(range(size_t{0}, Rows().size()))];
  const size_t which = GENERATE(range(size_t{0}, size_t{4}));
  const std::vector<Webhook> webhooks = {KeepStored, TakeAway, KeepStoredAndCount,
                                         KeepMinReadySeconds};
  CAPTURE(row.id, which);
  Dropping cluster(webhooks[which]);
  row.act(cluster);
  cluster.Sync10();
  const int wanted = cluster.deployment()["spec"]["replicas"];
  CHECK(cluster.SizeOf(row.arrives) == wanted);
  CHECK(cluster.Total() == wanted);
  CHECK(cluster.Observed());
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(cluster.Condition("Available") == "True MinimumReplicasAvailable");

  cluster.SyncAndRun();  // tried again now and then, and that is all
  for (const std::string& write : cluster.writes) CHECK(write == "annotate " + row.arrives);
  CHECK(cluster.writes.size() <= kPatchesOfOneReplicaSet);
}

TEST_CASE("the only active ReplicaSet is not kept at its size by what its annotation says") {
  const bool in_one_edit = GENERATE(false, true);
  Dropping cluster(KeepStored);
  cluster.Edit([](Json& d) {  // old Pods go before the first new one comes
    d["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 0}, {"maxUnavailable", 1}};
  });
  cluster.Scale(8);
  if (!in_one_edit) cluster.SyncAndRun();
  cluster.SetImage("v3");
  for (int i = 0; i < 20; ++i) {  // two for each Pod: one goes, then one comes
    cluster.SyncAndRun();
    CHECK(cluster.Total() <= 8);
    CHECK(cluster.Total() >= 7);
  }
  CHECK(cluster.SizeOf("v3") == 8);
  CHECK(cluster.Observed());
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("D-273 D-354");
}

TEST_CASE("a paused Deployment and one that is deleted get their status all the same") {
  Dropping cluster(KeepStored);
  const bool deleted = GENERATE(false, true);
  cluster.SetImage("v3");
  cluster.SyncAndRun();
  deleted ? cluster.DeleteInForeground() : cluster.Pause(true);
  cluster.SyncAndRun();  // a pause fills the surge up (D-359)
  cluster.Annotate("why");
  cluster.SyncAndRun();
  CHECK(cluster.writes == std::vector<std::string>{"annotate v3", "status"});
  CHECK(cluster.Observed());
  Proves("D-055 D-065");
}

TEST_CASE("a rollout is resumed although the server keeps none of our conditions") {
  Dropping cluster(nullptr);
  cluster.SetImage("v3");
  cluster.Pause(true);
  cluster.SyncAndRun();
  cluster.Pause(false);
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.subresource() != "status") return std::nullopt;
    return Result<Reply>(Reply{cluster.deployment().dump()});
  };
  cluster.Sync10();
  CHECK(cluster.SizeOf("v3") == 4);
  CHECK(cluster.Total() == 4);
}

// An open scaling event would undo each step of the rollout.
TEST_CASE("no rollout begins while neither sizes nor the status are kept") {
  Dropping cluster(KeepStored);
  cluster.Scale(8);
  cluster.SetImage("v3");
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.subresource() != "status") return std::nullopt;
    ++cluster.now;
    return Result<Reply>(Error{ErrorKind::kForbidden, "no"});
  };
  for (int i = 0; i < 3; ++i) {
    CHECK(std::holds_alternative<Failed>(cluster.Sync()));
    CHECK_FALSE(cluster.HasReplicaSet("v3"));
    CHECK(cluster.SizeOf("v2") == 8);
    cluster.RunReplicaSets();
  }
  cluster.server = nullptr;
  cluster.Sync10();
  CHECK(cluster.SizeOf("v3") == 8);
}

TEST_CASE("a size that the server does not keep holds up the rollout, not the status") {
  const bool paused = GENERATE(false, true);
  Dropping cluster(
      [](const Json& before, Json& rs) { rs["spec"]["replicas"] = before["spec"]["replicas"]; });
  cluster.keeps_sizes = false;
  cluster.SetImage("v3");
  cluster.SyncAndRun();
  if (paused) {
    cluster.Pause(true);
    cluster.Scale(1);
  }
  cluster.SyncAndRun();
  CHECK(cluster.Observed());
  cluster.RunReplicaSets({{"v2", 0}, {"v3", 0}});
  cluster.SyncAndRun();
  CHECK(cluster.Condition("Available") == "False MinimumReplicasUnavailable");
  CHECK_FALSE(cluster.deployment()["status"].contains("availableReplicas"));
  cluster.RunReplicaSets({{"v2", 0}, {"v3", 0}});
  cluster.SyncAfter(700);
  CHECK(cluster.Condition("Progressing") ==
        (paused ? "Unknown DeploymentPaused" : "False ProgressDeadlineExceeded"));
  Proves("D-065 D-407 D-425");
}

void AtMostFour(Json& rs) {
  Json& replicas = rs["spec"]["replicas"];
  replicas = std::min(replicas.get<int>(), 4);
}

bool IsScaledUpTo8(const std::string& event) {
  return event.starts_with("Scaled up") && event.ends_with(" to 8");
}

// Whom this serves: who does not know of a policy that caps ReplicaSets.
TEST_CASE("a size that is not kept is told, and tried again until it is kept (D-434)") {
  const bool paused = GENERATE(false, true);
  Dropping cluster([](const Json&, Json& rs) { AtMostFour(rs); });
  cluster.Pause(paused);
  cluster.Scale(8);
  for (int i = 0; i < 3; ++i) {
    cluster.writes.clear();
    const Step end = cluster.SyncAfter(60);
    const Failed* failed = std::get_if<Failed>(&end);
    REQUIRE(failed != nullptr);
    CHECK(failed->error.kind == ErrorKind::kInvalid);
    CHECK(failed->retry == Retry::kBackOff);
    CHECK(std::ranges::count(cluster.writes, "scale v2 4 8") > 0);
    CHECK(cluster.Condition("ReplicaFailure") == "True ReplicaSetNotKept");
    CHECK(std::ranges::none_of(cluster.events, IsScaledUpTo8));
    CHECK(cluster.Message().starts_with("the API server keeps replicasets ns/" +
                                        cluster.NameOf("v2") +
                                        " at 4 Pods, although it accepted a request for 8 Pods. "));
    CHECK(cluster.Observed());
    cluster.RunReplicaSets();
  }
  cluster.update_webhook = nullptr;
  cluster.SyncAndRunSets(3);
  CHECK(cluster.SizeOf("v2") == 8);
  CHECK(cluster.Condition("ReplicaFailure").empty());
  CHECK(std::ranges::count_if(cluster.events, IsScaledUpTo8) == 1);
  Proves("D-434");
}

TEST_CASE("so it is if a policy caps the ReplicaSet as it is made (D-434)") {
  Cluster cluster(8);
  cluster.webhook = AtMostFour;
  cluster.update_webhook = [](const Json&, Json& rs) { AtMostFour(rs); };
  cluster.SyncAndRunSets(2);
  CHECK(std::holds_alternative<Failed>(cluster.Sync()));
  CHECK(cluster.SizeOf("v1") == 4);
  CHECK(cluster.Condition("ReplicaFailure") == "True ReplicaSetNotKept");
  cluster.update_webhook = nullptr;
  cluster.Settle();
  CHECK(cluster.SizeOf("v1") == 8);
  CHECK(cluster.Condition("ReplicaFailure").empty());
  Proves("D-434");
}

TEST_CASE("a size that a policy changes only as the ReplicaSet is made is told, too (D-434)") {
  Cluster cluster(10);
  cluster.Settle();
  cluster.events.clear();
  cluster.webhook = [](Json& rs) { rs["spec"]["replicas"] = 6; };
  cluster.SetImage("v2");
  const Step end = cluster.Sync();
  const Failed* failed = std::get_if<Failed>(&end);
  REQUIRE(failed != nullptr);
  CHECK(failed->retry == Retry::kBackOff);
  CHECK(failed->error.message.find("at 6 Pods, although it accepted a request for 3 Pods") !=
        std::string::npos);
  CHECK(cluster.Condition("ReplicaFailure") == "True ReplicaSetNotKept");
  CHECK(cluster.SizeOf("v2") == 6);
  CHECK(std::ranges::none_of(
      cluster.events, [](const std::string& event) { return event.starts_with("Scaled up"); }));
  cluster.RunReplicaSets();
  cluster.Settle();
  CHECK(cluster.SizeOf("v2") == 10);
  CHECK(cluster.SizeOf("v1") == 0);
  CHECK(cluster.Condition("ReplicaFailure").empty());
  Proves("D-434");
}

TEST_CASE("a size that is kept ends the trouble with the one before it (D-434)") {
  Dropping cluster(nullptr);
  bool caps = true;
  cluster.update_webhook = [&](const Json&, Json& rs) {
    if (!caps || rs["spec"]["replicas"] <= 4) return;
    AtMostFour(rs);
    caps = false;
    cluster.Scale(6);  // a user's edit
  };
  cluster.Scale(8);
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  CHECK(cluster.SizeOf("v2") == 6);
  CHECK(cluster.Condition("ReplicaFailure").empty());
  Proves("D-434");
}

// Whom this serves: who would look for a policy, although an autoscaler changed the size.
TEST_CASE("the reply to a size says whether it was kept, not the cache (D-434)") {
  World world(10);
  const ReplicaSet& rs = world.AddNew("v1", 4, 4);
  const Write write = Resize(world.Look(), rs, 8, decisions::kScaleReplicaSet);
  const std::string large(20000, ' ');  // larger than the replies that a sync keeps
  world.learned.push_back(OutcomeOf(write, Reply{large + R"({"spec":{"replicas":8}})"}));
  CHECK_FALSE(WhyNotKept(world.Look()));
  world.learned.push_back(OutcomeOf(write, Reply{large + R"({"spec":{"replicas":6}})"}));
  const auto why = WhyNotKept(world.Look());
  REQUIRE(why);
  CHECK(why->message.find("at 6 Pods, although it accepted a request for 8 Pods") !=
        std::string::npos);
  Proves("D-434");
}

TEST_CASE("sizes that were acted upon are not moved by what an annotation says") {
  World world(10);
  ReplicaSet& v1 = world.AddOld("v1", 5, 5);
  world.AddNew("v2", 5, 5);
  world.SetAnnotation(v1, kDesiredReplicas, "20");
  CHECK(ScalingOf(world.Look()) == Scaling::kProportional);
  world.deployment.status.observed_generation = world.deployment.meta.generation;
  CHECK(ScalingOf(world.Look()) == Scaling::kRefresh);
  const auto step = HandleScaling(world.Look());
  REQUIRE(step);
  const Json body = Json::parse(std::get<Write>(*step).request.body());
  CHECK_FALSE(body.contains("spec"));
  CHECK(body["metadata"]["annotations"][std::string(kDesiredReplicas)] == "10");
  world.deployment.spec.paused = true;  // kept in proportion at all times (D-350)
  CHECK(ScalingOf(world.Look()) == Scaling::kProportional);
  Proves("D-350");
}

TEST_CASE("nor is that of the only active ReplicaSet") {
  World world(10);
  ReplicaSet& v1 = world.AddOld("v1", 9, 9);
  world.AddNew("v2", 0, 0);
  world.SetAnnotation(v1, kDesiredReplicas, "20");
  CHECK(ScalingOf(world.Look()) == Scaling::kOneActive);
  world.deployment.status.observed_generation = world.deployment.meta.generation;
  CHECK(ScalingOf(world.Look()) == Scaling::kRefresh);
  world.deployment.spec.paused = true;
  CHECK(ScalingOf(world.Look()) == Scaling::kOneActive);
  Proves("D-350 D-354");
}

}  // namespace
}  // namespace windlass::workload::dropped_annotations_test
