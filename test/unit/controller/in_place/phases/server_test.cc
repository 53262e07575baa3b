// In-place updates with a server that shows, accepts or keeps less than they need (P-036).
#include <algorithm>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::server_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("what cannot be watched is named, nothing is patched, and it goes on with the right") {
  Started c(2);
  c.in_place_known = false;
  c.SetImage("v2");
  c.Sync();
  c.Sync();
  CHECK(c.InPlaceCondition() == "True MissingRights");
  for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v1");
  c.in_place_known = true;
  c.SettlesAt("v2", 2);
}

TEST_CASE("a server that refuses a write of the exchange is asked again, and users see the rest") {
  const std::string refused = GENERATE("exchange v2", "exchange v1");  // X1, X2
  Started c(2);
  c.SetImage("v2");
  const auto pods_as_ever = c.server;
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    const bool exchange =
        request.resource() == resources::kReplicaSets && request.patch_type() == PatchType::kJson &&
        request.key().name == (refused == "exchange v2" ? c.NameOf("v2") : c.NameOf("v1"));
    if (exchange) return Error{ErrorKind::kForbidden, "no"};
    return pods_as_ever(request);
  };
  c.Rounds(30);
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  CHECK(c.Condition("ReplicaFailure") == "True ReplicaSetUpdateRefused");
  const Json& status = c.deployment()["status"];  // not the end yet
  CHECK(status["updatedReplicas"].get<int>() + status["availableReplicas"].get<int>() == 3);
  c.server = pods_as_ever;
  c.SettlesAt("v2", 2);
  CHECK(c.Condition("ReplicaFailure").empty());
}

// The image changes and cannot be rolled out, and then the number of replicas does.
void ScaleDuringFailedUpdate(Started& c, int32_t replicas) {
  c.SetImage("v2");
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  c.Scale(replicas);
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  CHECK(c.SizeOf("v1") == replicas);
}

// An autoscaler goes on while a quota has no room for the ReplicaSet of the next image, or while
// the API server cannot call a webhook.
TEST_CASE("the Pods are scaled while the new ReplicaSet is refused (P-070)") {
  Started c(2);
  const auto pods_as_ever = c.server;
  const ErrorKind kind = GENERATE(ErrorKind::kQuotaExceeded, ErrorKind::kWebhook);
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() == Verb::kCreate) return Error{kind, "no"};
    return pods_as_ever(request);
  };
  const int32_t replicas = GENERATE(1, 5);
  ScaleDuringFailedUpdate(c, replicas);
  c.server = pods_as_ever;
  c.SettlesAt("v2", replicas);
  Proves("P-070");
}

// Nor does it wait for a user who makes the Deployment anew: pod-template-hash was copied into its
// selector with the labels of a Pod.
TEST_CASE("the Pods are scaled while the new ReplicaSet cannot be made (P-070)") {
  Started c(2);
  const Json hash = c.ReplicaSet("v1")["metadata"]["labels"]["pod-template-hash"];
  c.Edit([&](Json& d) { d["spec"]["selector"]["matchLabels"]["pod-template-hash"] = hash; });
  ScaleDuringFailedUpdate(c, GENERATE(1, 5));
  CHECK(c.Condition("Progressing") == "False ReplicaSetCreateError");
  Proves("P-070");
}

TEST_CASE("a ReplicaSet that cannot be given the settings holds up nothing (P-074)") {
  Started c(2);
  c.RollOutInPlace("v2");
  c.Annotate("windlass.dev/in-place-pdb", "Ignore");
  const auto pods_as_ever = c.server;
  const std::string old = c.NameOf("v1");
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    const bool mirrors = request.resource() == resources::kReplicaSets &&
                         request.patch_type() == PatchType::kMerge && request.key().name == old;
    if (mirrors) return Error{ErrorKind::kForbidden, "no"};
    return pods_as_ever(request);
  };
  c.RollOutInPlace("v3");
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v3");
  // It is tried again, and users see why it fails.
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  CHECK(c.Condition("ReplicaFailure") == "True ReplicaSetUpdateRefused");
  const Json& web = c.deployment();
  CHECK(web["status"]["observedGeneration"] == web["metadata"]["generation"]);
  c.server = pods_as_ever;
  c.SettleInPlace();
  CHECK(c.Condition("ReplicaFailure").empty());
}

// Whom this serves: who asks why Pods were replaced.
TEST_CASE("where ReplicaSets keep no annotation, the condition and an Event say so (P-013)") {
  Started c(2);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.SettleInPlace();
  const std::string host = c.NameOf("v1");
  c.webhook = [](Json& rs) { rs["metadata"]["annotations"] = Json::object(); };
  c.update_webhook = [](const Json&, Json& rs) { rs["metadata"]["annotations"] = Json::object(); };
  c.EditReplicaSet(host, [](Json& rs) { rs["metadata"]["annotations"] = Json::object(); });
  c.events.clear();
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.HasReplicaSet("v2"));
  CHECK(c.InPlaceCondition() == "False NotPossible");
  const std::string told = c.InPlaceMessage();
  CHECK(told ==
        "replica set " + host +
            " does not keep annotation windlass.dev/in-place: find the admission webhook that "
            "removes the annotation, and exempt the ReplicaSets of this workload from that "
            "webhook (AnnotationNotKept). So new Pods replace the old ones");
  CHECK(std::ranges::count(c.events, told) == 1);
  Proves("P-013");
}

}  // namespace
}  // namespace windlass::in_place::server_test
