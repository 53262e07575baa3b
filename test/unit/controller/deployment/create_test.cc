// A create, and everything the server may say to it (D-170…D-182).
#include "controller/deployment/create.h"

#include "controller/deployment/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/deployment/cluster.h"

namespace windlass::deployment {
namespace {

using Json = nlohmann::json;

// Answers every create with `error` and everything else itself.
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
  bool told;  // condition and event
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
  CHECK(cluster.Condition("Progressing") == (row.told ? "False ReplicaSetCreateError" : ""));
  CHECK(cluster.events.size() == (row.told ? 1 : 0));
  if (row.told) {
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

TEST_CASE("without a deadline a refused create is an event only (D-175)") {
  Cluster cluster(4);
  cluster.Edit([](Json& d) { d["spec"].erase("progressDeadlineSeconds"); });
  RefuseCreates(cluster, ErrorKind::kQuotaExceeded);
  CHECK(std::holds_alternative<Failed>(cluster.Sync()));
  CHECK(cluster.writes.empty());
  CHECK(cluster.events.size() == 1);
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

TEST_CASE("a name taken by our own ReplicaSet, missing from the cache, is no collision (D-177)") {
  Cluster cluster(4);
  cluster.Sync();
  // The create had succeeded, but this process's cache does not know: hide the object until it is
  // read.
  Json hidden = cluster.ReplicaSet("v1");
  const std::string name = cluster.NameOf("v1");
  auto& stored = cluster.replica_sets();
  stored.erase(name);
  cluster.deployment()["status"] = Json::object();
  cluster.deployment()["metadata"].erase("annotations");
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() == Verb::kCreate)
      return Result<Reply>(Error{ErrorKind::kAlreadyExists, "x"});
    if (request.verb() == Verb::kGet) stored[name] = hidden;  // the fold
    return std::nullopt;
  };
  cluster.writes.clear();
  cluster.events.clear();
  const Step step = cluster.Sync();
  CHECK(std::holds_alternative<Wait>(step));
  CHECK(cluster.writes == std::vector<std::string>{"status"});
  CHECK(cluster.reads == std::vector<std::string>{"get replicasets ns/" + name});
  CHECK_FALSE(cluster.deployment()["status"].contains("collisionCount"));
  CHECK(cluster.revision() == "1");
  CHECK(cluster.events.empty());
  Proves("D-177");
}

TEST_CASE("a name taken by somebody else is counted, and another used in the next sync (D-178)") {
  Cluster cluster(4);
  cluster.Sync();
  const std::string name = cluster.NameOf("v1");
  cluster.EditReplicaSet(name, [](Json& rs) {
    rs["metadata"]["ownerReferences"][0]["uid"] = "00000000-0000-4000-8000-00000000dead";
  });
  cluster.writes.clear();
  cluster.events.clear();

  const Step step = cluster.Sync();
  const Failed* failed = std::get_if<Failed>(&step);
  REQUIRE(failed != nullptr);
  CHECK(failed->error.kind == ErrorKind::kAlreadyExists);
  CHECK(failed->retry == Retry::kBackOff);
  CHECK(cluster.writes == std::vector<std::string>{"status"});  // never a second create
  CHECK(cluster.deployment()["status"]["collisionCount"] == 1);
  CHECK(cluster.events.empty());

  cluster.Sync();
  CHECK(cluster.replica_sets().size() == 2);
  CHECK(cluster.deployment()["status"]["collisionCount"] == 1);
  Proves("D-178 D-179");
}

TEST_CASE("a template edited in a live ReplicaSet is a collision with it (IT-06)") {
  Cluster cluster(1);
  cluster.Settle();
  REQUIRE(cluster.revision() == "1");
  cluster.EditReplicaSet(cluster.NameOf("v1"), [](Json& rs) {
    rs["spec"]["template"]["spec"]["containers"][0]["image"] = "edited";
  });
  CHECK(std::holds_alternative<Failed>(cluster.Sync()));
  CHECK(cluster.deployment()["status"]["collisionCount"] == 1);
  cluster.Settle();
  CHECK(cluster.revision() == "2");
  CHECK(cluster.SizeOf("v1") == 1);
  CHECK(cluster.SizeOf("edited") == 0);
  CHECK(cluster.deployment()["status"]["collisionCount"] == 1);
  Proves("IT-06 D-178");
}

TEST_CASE("a webhook that changes templates stops the rollout instead of making more (B-10)") {
  Cluster cluster(4);
  cluster.webhook = [](Json& object) {
    object["spec"]["template"]["spec"]["containers"][0]["image"] = "mirror/v1";
  };
  for (int i = 0; i < 5; ++i) {
    const Step step = cluster.Sync();
    const Failed* failed = std::get_if<Failed>(&step);
    REQUIRE(failed != nullptr);
    CHECK(failed->retry == Retry::kOnSpecChange);
    cluster.RunReplicaSets();
  }
  CHECK(cluster.replica_sets().size() == 1);
  CHECK(cluster.Condition("Progressing") == "False ReplicaSetCreateError");
  CHECK_FALSE(cluster.deployment()["status"].contains("collisionCount"));
  Proves("B-10");
}

TEST_CASE("a difference in form only never restarts Pods at take-over (architecture §2)") {
  const std::string strategy = GENERATE("RollingUpdate", "Recreate");
  CAPTURE(strategy);
  Cluster cluster(4);
  if (strategy == "Recreate") cluster.ChangeStrategy(strategy);
  cluster.Settle();
  // An earlier controller's ReplicaSet says the same in other words, under a name of its own.
  Json rs = cluster.ReplicaSet("v1");
  rs["metadata"]["name"] = "web-5d8f9c";
  rs["spec"]["template"]["spec"]["containers"][0].erase("securityContext");
  cluster.replica_sets() = {{"web-5d8f9c", rs}};
  cluster.writes.clear();
  cluster.reads.clear();
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  CHECK(cluster.writes.empty());
  CHECK(cluster.reads == std::vector<std::string>{"get replicasets ns/web-5d8f9c"});
}

}  // namespace
}  // namespace windlass::deployment
