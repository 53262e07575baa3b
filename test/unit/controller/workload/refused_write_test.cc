// What a sync writes after the API server has refused one of its writes: counters, Available and
// the condition ReplicaFailure, and nothing that acknowledges the generation.
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/refusing.h"

namespace windlass::workload::refused_write_test {
namespace {

using Json = nlohmann::json;
using Lines = std::vector<std::string>;

TEST_CASE("the measured case: Pods become ready while a scale-down is refused") {
  MayNotShrink cluster;
  CHECK(cluster.SizeOf("v1") == 4);
  CHECK(cluster.SizeOf("v2") == 1);
  cluster.SyncFails();
  CHECK(cluster.Counter("readyReplicas") == 4);
  CHECK(cluster.Counter("replicas") == 5);
  CHECK(cluster.Counter("updatedReplicas") == 1);

  cluster.RunReplicaSets();
  cluster.writes.clear();
  cluster.SyncFails();
  CHECK(cluster.writes == Lines{"status"});
  CHECK(cluster.Counter("readyReplicas") == 5);
  CHECK(cluster.Condition("Available") == "True MinimumReplicasAvailable");
  CHECK(cluster.Condition("ReplicaFailure") == kTold);
  CHECK(cluster.Message() ==
        "the API server refused to patch replicasets ns/" + cluster.NameOf("v1") + ": " + kWords);
  CHECK_FALSE(cluster.Observed());
  CHECK(cluster.revision() == "1");

  cluster.writes.clear();
  for (int i = 0; i < 5; ++i) {  // each retry asks again, and writes nothing
    ++cluster.now;
    cluster.SyncFails();
  }
  CHECK(cluster.writes.empty());

  cluster.Allow();
  cluster.Settle();
  CHECK(cluster.Condition("ReplicaFailure").empty());
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(cluster.Observed());
  CHECK(cluster.revision() == "2");
  Proves("D-065 D-434");
}

TEST_CASE("a write that is not completed in time is told as late, not as refused") {
  MayNotShrink cluster;
  cluster.Refuse("scale v1", ErrorKind::kTimeout, "a webhook is slow");
  cluster.SyncFails(ErrorKind::kTimeout);
  CHECK(cluster.Condition("ReplicaFailure") == kTold);
  CHECK(cluster.Message() == "the API server did not patch replicasets ns/" + cluster.NameOf("v1") +
                                 " in time: a webhook is slow");
}

struct WriteRow {
  std::string write;  // that is refused
  std::function<void(Refusing&)> make;
  bool observed = false;  // the generation asks for nothing of it
};

void EditSpec(Refusing& cluster, const char* field, const Json& value) {
  cluster.Edit([&](Json& d) { d["spec"][field] = value; });
}

std::vector<WriteRow> Sizes() {
  return {
      {"scale v1", [](Refusing& c) { c.SetImage("v2"); }},
      {"scale v2",
       [](Refusing& c) {
         c.SetImage("v2");
         c.Sync(2);  // create v2 1, scale v1 4 3
         c.RunReplicaSets();
         c.Sync(1);  // scale v1 3 2
         c.RunReplicaSets();
       }},
      {"scale v1", [](Refusing& c) { c.Scale(8); }},
      {"scale v1",
       [](Refusing& c) {  // in proportion
         c.SetImage("v2");
         c.Sync();
         c.RunReplicaSets();
         c.Scale(8);
       }},
      {"scale v1",
       [](Refusing& c) {
         c.ChangeStrategy("Recreate");
         c.SetImage("v2");
       }},
      {"scale v1",
       [](Refusing& c) {
         EditSpec(c, "paused", true);
         c.Scale(8);
       }},
  };
}

std::vector<WriteRow> OtherWrites() {
  return {
      {"annotate v1", [](Refusing& c) { EditSpec(c, "minReadySeconds", 3); }},
      {"annotate v1",
       [](Refusing& c) {
         EditSpec(c, "paused", true);
         EditSpec(c, "minReadySeconds", 3);
       }},
      {"annotate v1",
       [](Refusing& c) {
         EditSpec(c, "minReadySeconds", 3);
         c.DeleteInForeground();
       }},
      {"adopt v1",
       [](Refusing& c) {
         TwoRevisions(c);
         Orphan(c, "v1");
         c.Scale(5);
       }},
      {"release v1",
       [](Refusing& c) {
         TwoRevisions(c);
         c.EditReplicaSet(c.NameOf("v1"),
                          [](Json& rs) { rs["metadata"]["labels"]["app"] = "edited"; });
         c.Scale(5);
       }},
      {"delete v1",
       [](Refusing& c) {
         TwoRevisions(c);
         EditSpec(c, "paused", true);
         EditSpec(c, "revisionHistoryLimit", 0);
       },
       true},
      {"roll back",
       [](Refusing& c) {
         TwoRevisions(c);
         c.Edit([](Json& d) { d["metadata"]["annotations"][kRollbackTo] = "1"; });
       }},
      {"clear rollback",
       [](Refusing& c) {
         TwoRevisions(c);
         c.Edit([](Json& d) { d["metadata"]["annotations"][kRollbackTo] = "7"; });
       }},
  };
}

void CheckTold(Refusing& cluster, const WriteRow& row) {
  CHECK(cluster.Condition("ReplicaFailure") == kTold);
  const bool deletes = row.write.starts_with("delete");
  const bool deployment = row.write.find("roll") != std::string::npos;
  CHECK(cluster.Message().starts_with("the API server refused to " +
                                      std::string(deletes ? "delete " : "patch ") +
                                      (deployment ? "deployments ns/web" : "replicasets ns/web-")));
  CHECK(cluster.Message().ends_with(std::string(": ") + kWords));
  CHECK(cluster.Observed() == row.observed);
}

TEST_CASE("whichever write is refused, the counters follow and the condition names it") {
  const bool sizes = GENERATE(true, false);
  for (const WriteRow& row : sizes ? Sizes() : OtherWrites()) {
    Refusing cluster;
    row.make(cluster);
    CAPTURE(row.write, cluster.deployment().dump());
    cluster.Refuse(row.write);
    cluster.SyncFails();
    REQUIRE(cluster.refused > 0);
    CheckTold(cluster, row);

    cluster.RunReplicaSets({{"v1", 1}, {"v2", 1}});
    int64_t ready = 0;
    for (const auto& [name, rs] : cluster.replica_sets()) {
      const bool ours =
          rs["metadata"].contains("ownerReferences") && rs["metadata"]["labels"]["app"] == "web";
      if (ours) ready += rs["status"]["readyReplicas"].get<int>();
    }
    cluster.SyncFails();
    CHECK(cluster.Counter("readyReplicas") == ready);
    CHECK(cluster.Condition("Available") == "False MinimumReplicasUnavailable");
    CheckTold(cluster, row);
    cluster.writes.clear();
    cluster.SyncFails();
    CHECK(cluster.writes.empty());

    cluster.Allow();
    cluster.Settle();
    CHECK(cluster.Condition("ReplicaFailure").empty());
    CHECK(cluster.Observed());
  }
  Proves("D-065 D-434");
}

TEST_CASE("a history that may not be cleaned up: told while it is to be, and all is observed") {
  Refusing cluster;
  TwoRevisions(cluster);
  cluster.Refuse("delete v1");
  EditSpec(cluster, "revisionHistoryLimit", 0);
  cluster.SyncFails();
  CHECK(cluster.Condition("ReplicaFailure") == kTold);
  CHECK(cluster.Observed());
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  cluster.RunReplicaSets({{"v2", 3}});
  cluster.SyncFails();
  CHECK(cluster.Counter("availableReplicas") == 3);
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));  // not complete: nothing is deleted
  CHECK(cluster.Condition("ReplicaFailure").empty());
  cluster.RunReplicaSets();
  cluster.SyncFails();
  CHECK(cluster.Counter("availableReplicas") == 4);
  CHECK(cluster.Condition("ReplicaFailure") == kTold);
  cluster.Allow();
  cluster.Settle();
  CHECK_FALSE(cluster.HasReplicaSet("v1"));
  CHECK(cluster.Condition("ReplicaFailure").empty());
}

struct KindRow {
  ErrorKind kind;
  bool told;
};

TEST_CASE("a lost race, a lost reply and a server in trouble are no refusals") {
  const KindRow row = GENERATE(values<KindRow>({
      {ErrorKind::kForbidden, true},
      {ErrorKind::kInvalid, true},
      {ErrorKind::kQuotaExceeded, true},
      {ErrorKind::kWebhook, true},
      {ErrorKind::kConflict, false},
      {ErrorKind::kNotFound, false},
      {ErrorKind::kAmbiguous, false},
      {ErrorKind::kFenced, false},
      {ErrorKind::kServer, false},
      {ErrorKind::kThrottled, false},
      {ErrorKind::kUnauthorized, false},
      {ErrorKind::kNamespaceTerminating, false},
  }));
  CAPTURE(Name(row.kind));
  MayNotShrink cluster(row.kind);
  cluster.RunReplicaSets();
  cluster.SyncFails(row.kind);
  CHECK(cluster.Condition("ReplicaFailure") == (row.told ? kTold : ""));
  CHECK(cluster.Counter("readyReplicas") == (row.told ? 5 : 4));
}

}  // namespace
}  // namespace windlass::workload::refused_write_test
