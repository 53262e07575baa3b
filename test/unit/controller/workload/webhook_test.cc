// An admission webhook changes objects while they are created (B-10).
#include <functional>

#include "controller/workload/actions/create.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"

namespace windlass::workload::webhook_test {
namespace {

using Json = nlohmann::json;

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

// Syncs and runs ReplicaSets `syncs` times. Returns the last step.
Step SyncOften(Cluster& cluster, int syncs) {
  Step step = Wait{};
  for (int i = 0; i < syncs; ++i) {
    step = cluster.Sync();
    cluster.RunReplicaSets();
  }
  return step;
}

// Whom this serves: who looks whether anything serves.
TEST_CASE("Pods of a first ReplicaSet that a webhook changed are counted (B-10, D-175)") {
  Cluster cluster(4);
  cluster.webhook = [](Json& object) {
    object["spec"]["template"]["spec"]["containers"][0]["image"] = "mirror";
  };
  SyncOften(cluster, 5);
  cluster.RunReplicaSets();
  cluster.Sync();
  CHECK(cluster.Condition("Progressing") == "False ReplicaSetCreateError");
  const Json& status = cluster.deployment()["status"];
  CHECK(status["replicas"] == 4);
  CHECK(status["availableReplicas"] == 4);
  CHECK(status.value("updatedReplicas", 0) == 0);
  CHECK_FALSE(status.contains("observedGeneration"));
  Proves("B-10 D-175");
}

struct WebhookRow {
  std::string id;
  std::function<void(Json& rs)> change;
  size_t replica_sets_max;
};

TEST_CASE("whatever a webhook changes, ReplicaSets are not made without end (B-10)") {
  int born = 0;
  const auto other_image = [&born](Json& rs) {
    rs["spec"]["template"]["spec"]["containers"][0]["image"] = "mirror" + std::to_string(++born);
  };
  const auto row = GENERATE_COPY(values<WebhookRow>({
      {"B-10 another template each time", other_image, 1},
      {"B-10 and no annotations, so that nothing tells whose revision it is",
       [=](Json& rs) {
         other_image(rs);
         rs["metadata"].erase("annotations");
       },
       3},
      {"B-10 labels that do not match, so that it is released",
       [](Json& rs) { rs["metadata"]["labels"]["app"] = "mesh"; }, 3},
      {"B-10 no owner and other labels",
       [](Json& rs) {
         rs["metadata"].erase("ownerReferences");
         rs["metadata"]["labels"]["app"] = "mesh";
       },
       3},
      {"B-10 another controller",
       [](Json& rs) {
         rs["metadata"]["ownerReferences"][0]["uid"] = "00000000-0000-4000-8000-00000000dead";
       },
       3},
  }));
  const bool deadline = GENERATE(true, false);
  CAPTURE(row.id, deadline);
  Cluster cluster(4);
  if (!deadline) cluster.Edit([](Json& d) { d["spec"].erase("progressDeadlineSeconds"); });
  cluster.webhook = row.change;
  const Step step = SyncOften(cluster, 30);
  const Failed* failed = std::get_if<Failed>(&step);
  REQUIRE(failed != nullptr);
  CHECK(failed->retry == Retry::kOnSpecChange);
  CHECK(failed->events.size() == 1);
  CHECK(cluster.replica_sets().size() <= row.replica_sets_max);
  CHECK(cluster.deployment()["status"].value("collisionCount", 0) < 3);
  CHECK(cluster.Condition("Progressing") == (deadline ? "False ReplicaSetCreateError" : ""));
  // As the message says: the webhook is corrected, and the ReplicaSets it changed are deleted.
  cluster.webhook = nullptr;
  cluster.replica_sets().clear();
  cluster.Settle();
  CHECK(cluster.SizeOf("v1") == 4);
  Proves("B-10 D-178");
}

// Serves who copied the labels of a Pod: three ReplicaSets of each template were made and let go.
TEST_CASE("no ReplicaSet is made that the selector cannot match (B-10)") {
  const auto [edit, makes] = GENERATE(values<std::pair<std::function<void(Json&)>, bool>>({
      {[](Json& spec) {
         spec["selector"]["matchLabels"]["pod-template-hash"] = "x";
         spec["template"]["metadata"]["labels"]["pod-template-hash"] = "x";
       },
       false},
      {[](Json& spec) {
         spec["selector"]["matchExpressions"] = {
             {{"key", "pod-template-hash"}, {"operator", "DoesNotExist"}}};
       },
       false},
      {[](Json& spec) {
         spec["selector"]["matchExpressions"] = {
             {{"key", "pod-template-hash"}, {"operator", "NotIn"}, {"values", {"x"}}}};
       },
       true},
  }));
  Cluster cluster(4);
  cluster.Edit([&](Json& deployment) { edit(deployment["spec"]); });
  SyncOften(cluster, 30);
  cluster.SetImage("v2");
  const Step step = SyncOften(cluster, 30);
  CHECK(cluster.replica_sets().empty() == !makes);
  if (!makes) {
    const Failed* failed = std::get_if<Failed>(&step);
    REQUIRE(failed != nullptr);
    CHECK(failed->retry == Retry::kOnSpecChange);
    CHECK(failed->error.message.find("Leave pod-template-hash out of spec.selector and spec.") !=
          std::string::npos);
    CHECK(cluster.Condition("Progressing") == "False ReplicaSetCreateError");
  }
  Proves("B-10 D-175");
}

TEST_CASE("a ReplicaSet that is gone was not changed by a webhook (B-10)") {
  const auto taken = GENERATE(values<std::function<void(Cluster&)>>({
      [](Cluster& cluster) { cluster.replica_sets().clear(); },
      [](Cluster& cluster) { cluster.ReplicaSet("v1")["metadata"]["labels"]["app"] = "aside"; },
  }));
  Cluster cluster(4);
  bool done = false;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.subresource() == "status" && !done) {  // its rollout has begun, in this very sync
      done = true;
      taken(cluster);
    }
    return std::nullopt;
  };
  const Step step = cluster.Sync();
  const Failed* failed = std::get_if<Failed>(&step);
  REQUIRE(failed != nullptr);
  CHECK(failed->retry == Retry::kBackOff);
  CHECK(failed->events.empty());
  CHECK(failed->error.message.find("webhook") == std::string::npos);
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetCreated");
  cluster.Settle();
  CHECK(cluster.SizeOf("v1") == 4);
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("B-10");
}

}  // namespace
}  // namespace windlass::workload::webhook_test
