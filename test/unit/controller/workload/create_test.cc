// A create, and the server's possible answers (D-170…D-182).
#include "controller/workload/actions/create.h"

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/annotations/copied_annotations.h"
#include "controller/workload/status/own_reasons.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::create_test {
namespace {

using Json = nlohmann::json;

// Answers every create with `error`; the model answers everything else.
void RefuseCreates(Cluster& cluster, ErrorKind kind) {
  cluster.server = [kind](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() != Verb::kCreate) return std::nullopt;
    return Result<Reply>(Error{kind, "exceeded quota: pods"});
  };
}

TEST_CASE("a created ReplicaSet is its Deployment's in every field that counts (D-173)") {
  Cluster cluster(4);
  cluster.Edit([](Json& d) {
    d["metadata"]["labels"] = {{"own", "label"}};
    d["metadata"]["annotations"] = {{"team", "a"}, {kLastApplied, "{}"}};
    d["spec"]["minReadySeconds"] = 3;
    d["spec"]["selector"]["matchExpressions"] = {
        {{"key", "app"}, {"operator", "In"}, {"values", {"web", "x"}}},
        {{"key", "old"}, {"operator", "DoesNotExist"}}};
    d["spec"]["template"]["spec"]["fieldOfTomorrow"] = {{"empty", Json::object()}};
  });
  cluster.Sync();

  const Json& rs = cluster.ReplicaSet("v1");
  const std::string name = rs["metadata"]["name"];
  const std::string hash = rs["metadata"]["labels"]["pod-template-hash"];
  CHECK(name == "web-" + hash);
  CHECK(rs["metadata"]["labels"] == Json{{"app", "web"}, {"pod-template-hash", hash}});
  CHECK(rs["metadata"]["annotations"] ==
        Json{{"team", "a"}, {kRevision, "1"}, {kDesiredReplicas, "4"}, {kMaxReplicas, "5"}});
  CHECK(rs["metadata"]["ownerReferences"] ==
        Json::array({{{"apiVersion", "apps/v1"},
                      {"kind", "Deployment"},
                      {"name", "web"},
                      {"uid", cluster.deployment()["metadata"]["uid"]},
                      {"controller", true},
                      {"blockOwnerDeletion", true}}}));
  CHECK(rs["spec"]["replicas"] == 4);
  CHECK(rs["spec"]["minReadySeconds"] == 3);
  Json selector = cluster.deployment()["spec"]["selector"];
  selector["matchLabels"]["pod-template-hash"] = hash;
  CHECK(rs["spec"]["selector"] == selector);
  Json pod_template = cluster.deployment()["spec"]["template"];  // D-780: nothing is lost
  pod_template["metadata"]["labels"]["pod-template-hash"] = hash;
  CHECK(rs["spec"]["template"] == pod_template);
  CHECK(cluster.events ==
        std::vector<std::string>{"Scaled up replica set " + name + " from 0 to 4"});
  Proves("D-173 D-174 D-180 D-780");
}

TEST_CASE("a ReplicaSet created with no replicas is no event (D-180)") {
  Cluster cluster(0);
  cluster.Sync();
  CHECK(cluster.events.empty());
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");  // D-447
  Proves("D-180 D-447");
}

struct RefusalRow {
  ErrorKind kind;
  Retry retry;
  bool event;
};

TEST_CASE("a refused create is told in the status and in an event, then tried again (D-175)") {
  const RefusalRow row = GENERATE(values<RefusalRow>({
      {ErrorKind::kQuotaExceeded, Retry::kBackOff, true},
      {ErrorKind::kForbidden, Retry::kBackOff, true},
      {ErrorKind::kWebhook, Retry::kBackOff, true},
      {ErrorKind::kInvalid, Retry::kOnSpecChange, true},
      {ErrorKind::kNamespaceTerminating, Retry::kForget, false},
  }));
  CAPTURE(Name(row.kind));
  Cluster cluster(4);
  RefuseCreates(cluster, row.kind);
  const Step step = cluster.Sync();

  const Failed* failed = std::get_if<Failed>(&step);
  REQUIRE(failed != nullptr);
  CHECK(failed->retry == row.retry);
  CHECK(failed->error.kind == row.kind);
  CHECK(cluster.Condition("Progressing") == "False ReplicaSetCreateError");
  CHECK(cluster.events.size() == (row.event ? 1 : 0));
  if (row.event) {
    CHECK(
        cluster.events[0].starts_with("ReplicaSetCreateError: Failed to create new replica set "
                                      "\"web-"));
    CHECK(cluster.events[0].ends_with("\": exceeded quota: pods"));
  }
  // The generation is not acknowledged (D-065), and the next try writes no status.
  CHECK_FALSE(cluster.deployment()["status"].contains("observedGeneration"));
  cluster.writes.clear();
  cluster.Sync();
  CHECK(cluster.writes.empty());
  Proves("D-175 D-533");
}

// Whom this serves: who corrects a policy while nothing runs yet, or nothing any more.
TEST_CASE("a refused write is tried again after a minute at most without available Pods (Q-005)") {
  const bool forbids = GENERATE(true, false);
  Cluster cluster(4);
  const auto is_urgent = [&] {
    RefuseCreates(cluster, forbids ? ErrorKind::kForbidden : ErrorKind::kInvalid);
    const Step step = cluster.Sync();
    cluster.server = nullptr;
    REQUIRE(std::holds_alternative<Failed>(step));
    return std::get<Failed>(step).is_urgent;
  };
  CHECK(is_urgent());
  cluster.Settle();
  cluster.SetImage("v2");
  CHECK_FALSE(is_urgent());
  cluster.RunReplicaSets({{"v1", 0}});
  CHECK(is_urgent());
  cluster.Scale(0);
  CHECK_FALSE(is_urgent());
  Proves("Q-005");
}

// Whom this serves: who made room in a quota, and reads of the quota while a webhook denies.
TEST_CASE("a refused create is told by its present cause (D-175)") {
  Cluster cluster(4);
  RefuseCreates(cluster, ErrorKind::kQuotaExceeded);
  cluster.Sync();
  cluster.server = [](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() != Verb::kCreate) return std::nullopt;
    return Result<Reply>(Error{ErrorKind::kWebhook, "denied by a webhook"});
  };
  cluster.Sync();
  CHECK(std::string(cluster.deployment()["status"]["conditions"][0]["message"])
            .ends_with("\": denied by a webhook"));
  Proves("D-175");
}

// Whom this serves: who would have no rollout at all, for annotations that no ReplicaSet can hold
// beside those of Windlass.
TEST_CASE("annotations that a ReplicaSet cannot hold are left out of it (D-163)") {
  Cluster cluster(4);
  const size_t value = GENERATE(kAnnotationBytesCopied - 100, kAnnotationBytesMax - 100);
  cluster.Edit([&](Json& d) {
    d["metadata"]["annotations"] = {{"team", "shop"}, {"notes", std::string(value, '<')}};
  });
  cluster.Settle();
  const Json annotations = cluster.ReplicaSet("v1")["metadata"]["annotations"];
  CHECK(annotations["team"] == "shop");
  const bool fits = value < kAnnotationBytesCopied;
  CHECK(annotations.contains("notes") == fits);
  CHECK(cluster.Condition("ReplicaFailure") == (fits ? "" : "True AnnotationsNotCopied"));
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("D-163");
}

// Whom this serves: who would have no Pods at all, for a ReplicaSet that can never be made.
TEST_CASE("Recreate keeps its Pods while the next ReplicaSet cannot be made (D-175)") {
  Cluster cluster(4);
  cluster.Edit([](Json& d) { d["spec"]["strategy"] = {{"type", "Recreate"}}; });
  cluster.Settle();
  const Json hash = cluster.ReplicaSet("v1")["metadata"]["labels"]["pod-template-hash"];
  cluster.Edit([&](Json& d) { d["spec"]["selector"]["matchLabels"]["pod-template-hash"] = hash; });
  cluster.SetImage("v2");
  CHECK(std::holds_alternative<Failed>(cluster.Sync()));
  CHECK(cluster.SizeOf("v1") == 4);
  CHECK(cluster.Condition("Progressing") == "False ReplicaSetCreateError");
  Proves("D-175");
}

TEST_CASE("without a deadline a refused create is an event only (D-175)") {
  Cluster cluster(4);
  cluster.Edit([](Json& d) { d["spec"].erase("progressDeadlineSeconds"); });
  RefuseCreates(cluster, ErrorKind::kQuotaExceeded);
  CHECK(std::holds_alternative<Failed>(cluster.Sync()));
  CHECK(cluster.writes.empty());
  CHECK(cluster.events.size() == 1);
  Proves("D-175");
}

// Whom this serves: who reads the status of a new Deployment that had no room in memory until now.
TEST_CASE("a refused create leaves no cause that is over, also of a new Deployment (D-175)") {
  Cluster cluster(4);
  const bool deadline = GENERATE(true, false);
  cluster.Edit([&](Json& d) {
    if (!deadline) d["spec"].erase("progressDeadlineSeconds");
    d["status"]["conditions"] = Json::array({{{"type", "ReplicaFailure"},
                                              {"status", "True"},
                                              {"reason", std::string(kLeftOutReason)},
                                              {"message", "no room"}}});
  });
  RefuseCreates(cluster, ErrorKind::kQuotaExceeded);
  CHECK(std::holds_alternative<Failed>(cluster.Sync()));
  CHECK(cluster.Condition("ReplicaFailure").empty());
  CHECK(cluster.Condition("Progressing").empty() == !deadline);
  Proves("D-175");
}

TEST_CASE("a create that works after all clears the error (D-445)") {
  Cluster cluster(4);
  RefuseCreates(cluster, ErrorKind::kQuotaExceeded);
  cluster.Sync();
  cluster.server = nullptr;
  cluster.Sync();
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetCreated");
  Proves("D-445");
}

TEST_CASE("that a refusal could not be told in the status does not matter (D-175, D-178)") {
  Cluster cluster(4);
  const ErrorKind kind = GENERATE(ErrorKind::kQuotaExceeded, ErrorKind::kAlreadyExists);
  int statuses = 0;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() == Verb::kCreate) return Result<Reply>(Error{kind, "no room"});
    if (request.verb() == Verb::kGet) return Result<Reply>(Reply{"{}"});
    ++statuses;
    return Result<Reply>(Error{ErrorKind::kConflict, "changed meanwhile"});
  };
  const Step step = cluster.Sync();
  CHECK(std::get<Failed>(step).error.kind == kind);  // not the conflict
  CHECK(statuses == 1);
  CHECK(cluster.events.size() == (kind == ErrorKind::kQuotaExceeded ? 1 : 0));
  Proves("D-175 D-178");
}

TEST_CASE("a status write that was refused is not tried again in its sync (D-175)") {
  Cluster cluster(4);
  int statuses = 0;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() == Verb::kCreate) {
      return Result<Reply>(Error{ErrorKind::kQuotaExceeded, "no room"});
    }
    ++statuses;
    ++cluster.now;
    return Result<Reply>(Error{ErrorKind::kConflict, "changed meanwhile"});
  };
  CHECK(std::holds_alternative<Failed>(cluster.Sync()));
  CHECK(statuses == 1);
  Proves("D-175");
}

TEST_CASE("while a ReplicaSet cannot be created the counters are kept fresh (D-401, D-175)") {
  const bool deadline = GENERATE(true, false);
  CAPTURE(deadline);
  Cluster cluster(4);
  if (!deadline) cluster.Edit([](Json& d) { d["spec"].erase("progressDeadlineSeconds"); });
  cluster.Settle();
  const Json observed = cluster.deployment()["status"]["observedGeneration"];
  RefuseCreates(cluster, ErrorKind::kQuotaExceeded);
  const auto counters = [&](const char* what) {
    return cluster.deployment()["status"].value(what, 0);
  };

  cluster.SetImage("v2");
  cluster.Sync();
  CHECK(counters("updatedReplicas") == 0);
  CHECK(counters("replicas") == 4);
  cluster.Scale(8);
  cluster.Sync();
  CHECK(cluster.SizeOf("v1") == 8);
  CHECK(counters("unavailableReplicas") == 4);
  CHECK(cluster.Condition("Available") == "False MinimumReplicasUnavailable");
  cluster.RunReplicaSets({{"v1", 6}});
  cluster.writes.clear();
  cluster.Sync();
  CHECK(cluster.writes == std::vector<std::string>{"status"});
  CHECK(counters("replicas") == 8);
  CHECK(counters("readyReplicas") == 6);
  CHECK(counters("availableReplicas") == 6);
  CHECK(counters("unavailableReplicas") == 2);
  CHECK(cluster.Condition("Available") == "True MinimumReplicasAvailable");
  CHECK(cluster.Condition("Progressing") == (deadline ? "False ReplicaSetCreateError" : ""));
  // What was asked for is not done yet (D-065).
  CHECK(cluster.deployment()["status"]["observedGeneration"] == observed);
  CHECK(cluster.revision() == "1");
  cluster.Sync();
  CHECK(cluster.writes.size() == 1);

  cluster.server = nullptr;
  cluster.Settle();
  CHECK(cluster.SizeOf("v2") == 8);
  CHECK(counters("updatedReplicas") == 8);
  Proves("D-401 D-402 D-407 D-065 D-175");
}

TEST_CASE("a new ReplicaSet that is being deleted is waited for, and made anew (B-43)") {
  CompletedCluster cluster(2);
  cluster.EditReplicaSet(cluster.NameOf("v1"), [](Json& rs) {
    rs["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:00Z";
  });
  cluster.writes.clear();
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  CHECK(cluster.writes.empty());
  cluster.replica_sets().clear();
  cluster.Settle();
  CHECK(cluster.SizeOf("v1") == 2);
  CHECK_FALSE(cluster.deployment()["status"].contains("collisionCount"));
  Proves("B-43 D-150");
}

TEST_CASE("of two ReplicaSets with the template the older one is kept, the other emptied (D-151)") {
  CompletedCluster cluster(4);
  Json younger = cluster.ReplicaSet("v1");
  younger["metadata"]["name"] = "web-younger";
  younger["metadata"]["uid"] = "00000000-0000-4000-8000-0000000000bb";
  younger["metadata"]["creationTimestamp"] = "2030-01-01T00:00:00Z";
  younger["metadata"]["annotations"][kRevision] = "7";
  const std::string older = cluster.NameOf("v1");
  cluster.replica_sets()["web-younger"] = younger;
  cluster.Settle();
  CHECK(cluster.replica_sets().at(older)["spec"]["replicas"] == 4);
  CHECK(cluster.replica_sets().at("web-younger")["spec"]["replicas"] == 0);
  CHECK(cluster.revision() == "8");
  Proves("D-151 B-28");
}

TEST_CASE("a difference in form only never restarts Pods at take-over (S-014)") {
  const std::string strategy = GENERATE("RollingUpdate", "Recreate");
  CAPTURE(strategy);
  Cluster cluster(4);
  if (strategy == "Recreate") cluster.ChangeStrategy(strategy);
  cluster.Settle();
  // An earlier controller's ReplicaSet has the same template in other words, and a name of its own.
  Json rs = cluster.ReplicaSet("v1");
  rs["metadata"]["name"] = "web-5d8f9c";
  rs["spec"]["template"]["spec"]["containers"][0].erase("securityContext");
  cluster.replica_sets() = {{"web-5d8f9c", rs}};
  cluster.writes.clear();
  cluster.reads.clear();
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  CHECK(cluster.writes.empty());
  CHECK(cluster.reads ==
        std::vector<std::string>{"get deployments ns/web", "get replicasets ns/web-5d8f9c"});
}

}  // namespace
}  // namespace windlass::workload::create_test
