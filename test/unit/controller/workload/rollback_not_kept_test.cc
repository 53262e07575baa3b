// A server that accepts the write of a rollback and does not keep it, for example because of a
// mutating admission webhook: it keeps the request, or puts the former template back.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/status/answered_rollback.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"

namespace windlass::workload::rollback_not_kept_test {
namespace {

using Json = nlohmann::json;

constexpr const char* kKept =
    "the API server accepted the removal of the annotation deprecated.deployment.rollback.to by "
    "Windlass, but kept the annotation deprecated.deployment.rollback.to. Find the mutating "
    "admission webhook or policy that undoes the removal, and exempt Windlass from it. Or remove "
    "the annotation deprecated.deployment.rollback.to by hand. Windlass has answered this request "
    "and now ignores it. Windlass rolls out spec.template, also after later edits";
constexpr const char* kPutBack =
    "the rollback to revision 1 did not happen: the API server accepted the template of that "
    "revision from Windlass, but kept the present template. Find the mutating admission webhook or "
    "policy that restores the present template, and exempt Windlass from it. Then ask for the "
    "rollback again";

constexpr const char* kRemoved =
    "Removed the annotation deprecated.deployment.rollback.to, which asked for a rollback to "
    "revision 1. Windlass had answered this request before, so it did not roll back now. To roll "
    "back, make the request again";

// Returns how long until the sync that `step` asks for.
Duration UntilNextSync(const Step& step) {
  REQUIRE(std::holds_alternative<Wait>(step));
  REQUIRE(std::get<Wait>(step).look_again_in);
  return *std::get<Wait>(step).look_again_in;
}

// Returns true for a patch of that subresource of the Deployment; of the Deployment itself if
// `subresource` is empty.
bool IsOwnPatch(const Request& request, std::string_view subresource) {
  return request.resource() == resources::kDeployments && request.verb() == Verb::kPatch &&
         request.subresource() == subresource;
}

void KeepRequest(const Json& before, Json& d) {
  const Json annotations = before["metadata"].value("annotations", Json::object());
  if (!annotations.contains(kRollbackTo)) return;
  d["metadata"]["annotations"][kRollbackTo] = annotations[kRollbackTo];
}

void KeepTemplate(const Json& before, Json& d) {
  d["spec"]["template"] = before["spec"]["template"];
}

void KeepBoth(const Json& before, Json& d) {
  KeepRequest(before, d);
  KeepTemplate(before, d);
}

// Revisions 1, 2 and 3 of images v1, v2 and v3 are rolled out; what was written is cleared.
struct ThreeRevisions : Cluster {
  ThreeRevisions() : Cluster(4) {
    for (const char* image : {"v1", "v2", "v3"}) RollOut(image);
    writes.clear();
    events.clear();
  }
  void Ask(const std::string& revision) {
    Edit([&](Json& d) { d["metadata"]["annotations"][kRollbackTo] = revision; });
  }
  std::string Image() { return deployment()["spec"]["template"]["spec"]["containers"][0]["image"]; }
  bool Asks() { return deployment()["metadata"]["annotations"].contains(kRollbackTo); }
  std::string Told() { return Condition(std::string(kRollbackToNotRemoved)); }
  // Returns how often Windlass has sent the Event `text`.
  int64_t Sent(const std::string& text) { return std::ranges::count(events, text); }
};

TEST_CASE("a request that the API server keeps is told, and the rollout goes on (D-471)") {
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepRequest;
  cluster.Ask("1");
  cluster.Settle();
  CHECK(cluster.Asks());
  CHECK(cluster.Image() == "v1");
  CHECK(cluster.SizeOf("v1") == 4);
  CHECK(cluster.SizeOf("v3") == 0);
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(cluster.Told() == "True Revision1");
  CHECK(cluster.Sent("Rolled back deployment \"web\" to revision 1; " + std::string(kKept)) == 1);
  CHECK(std::ranges::count(cluster.writes, "roll back") == 1);

  SECTION("so do later edits of the template") {
    cluster.SetImage("v4");
    cluster.Settle();
    CHECK(cluster.Image() == "v4");
    CHECK(cluster.SizeOf("v4") == 4);
  }
  SECTION("once a minute a sync tries to remove the request, and it comes by itself") {
    cluster.writes.clear();
    CHECK(UntilNextSync(cluster.Sync()) <= kClearAgainAfter);
    CHECK(cluster.writes.empty());
    CHECK(UntilNextSync(cluster.SyncAfter(60)) <= kClearAgainAfter);
    CHECK(cluster.writes == std::vector<std::string>{"clear rollback", "status"});
    CHECK(UntilNextSync(cluster.SyncAfter(20)) == seconds(40));
    CHECK(cluster.writes.size() == 2);
  }
  SECTION("it ends with the webhook") {
    cluster.deployment_webhook = nullptr;
    cluster.now += 60;
    cluster.Settle();
    CHECK_FALSE(cluster.Asks());
    CHECK(cluster.Told().empty());
    CHECK(cluster.Image() == "v1");
    CHECK(cluster.Sent(kRemoved) == 1);
  }
  SECTION("the same request, made again before a sync saw that it was gone, is told as removed") {
    cluster.deployment_webhook = nullptr;
    cluster.SetImage("v3");
    cluster.Edit([](Json& d) { d["metadata"]["annotations"].erase(kRollbackTo); });
    cluster.Ask("1");
    cluster.now += 60;
    cluster.Settle();
    CHECK(cluster.Image() == "v3");
    CHECK(cluster.Sent(kRemoved) == 1);
  }
  SECTION("a request for another revision is carried out") {
    cluster.Ask("2");
    cluster.Settle();
    CHECK(cluster.Image() == "v2");
    CHECK(cluster.SizeOf("v2") == 4);
    CHECK(cluster.Told() == "True Revision2");
  }
  Proves("D-471");
}

TEST_CASE("a refused removal of a request that was kept does not hold up the rollout (D-471)") {
  const ErrorKind kind = GENERATE(ErrorKind::kForbidden, ErrorKind::kConflict,
                                  ErrorKind::kThrottled, ErrorKind::kServer);
  CAPTURE(Name(kind));
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepRequest;
  cluster.Ask("1");
  cluster.Settle();
  cluster.SetImage("v4");
  cluster.now += 60;
  int tries = 0;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (!IsOwnPatch(request, "")) return std::nullopt;
    ++tries;
    return Result<Reply>(Error{kind, "not today"});
  };
  cluster.Settle();
  CHECK(cluster.SizeOf("v4") == 4);
  CHECK(cluster.Condition("ReplicaFailure").empty());
  CHECK(tries >= 1);
  if (kind == ErrorKind::kForbidden) CHECK(tries == 1);  // the next try is a minute later
  Proves("D-471");
}

// Whom this serves: who removed the webhook, while another client often writes the Deployment. A
// lost race would put the removal off for a minute, again and again.
TEST_CASE("a removal that lost a race does not count as a try (D-471)") {
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepRequest;
  cluster.Ask("1");
  cluster.Settle();
  cluster.deployment_webhook = nullptr;
  cluster.now += 60;
  cluster.writes.clear();
  int tries = 0;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (!IsOwnPatch(request, "")) return std::nullopt;
    ++tries;
    return Result<Reply>(Error{ErrorKind::kConflict, "the object has been modified"});
  };
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  CHECK(tries == 1);
  CHECK(cluster.writes.empty());
  CHECK(cluster.Told() == "True Revision1");

  cluster.server = nullptr;
  cluster.Settle();
  CHECK_FALSE(cluster.Asks());
  CHECK(cluster.Told().empty());
  CHECK(cluster.Sent(kRemoved) == 1);
  Proves("D-471");
}

TEST_CASE("a request for another revision that arrives in the sync is not answered (D-471)") {
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepRequest;
  cluster.Ask("1");
  bool asked_again = false;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    const bool kept = IsOwnPatch(request, "status") && cluster.Image() == "v1";
    if (kept && !std::exchange(asked_again, true)) cluster.Ask("2");
    return std::nullopt;
  };
  cluster.Settle();
  CHECK(asked_again);
  CHECK(cluster.Image() == "v2");
  CHECK(cluster.SizeOf("v2") == 4);
  CHECK(cluster.Told() == "True Revision2");
  Proves("D-471");
}

// For the user who removes the request, and asks for the same revision again while the rollout of
// another template goes on: if Windlass ended between two writes, the new request would count as
// answered.
TEST_CASE("the first write after the request has gone ends the condition (D-471)") {
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepRequest;
  cluster.Ask("1");
  cluster.Settle();
  REQUIRE(cluster.Told() == "True Revision1");
  cluster.deployment_webhook = nullptr;
  cluster.Edit([](Json& d) { d["metadata"]["annotations"].erase(kRollbackTo); });
  cluster.SetImage("v4");
  cluster.writes.clear();
  cluster.Sync();
  REQUIRE(cluster.writes.size() > 1);
  CHECK(cluster.writes.front() == "status");
  CHECK(cluster.Told().empty());
  Proves("D-471");
}

// For the user who goes back from a template that a quota refuses, once the webhook is mended.
TEST_CASE("the condition ends with the request, even while a create is refused (D-471)") {
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepRequest;
  cluster.Ask("0");
  cluster.Settle();
  REQUIRE(cluster.Image() == "v2");
  REQUIRE(cluster.Told() == "True RevisionBefore");
  cluster.server = [](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() != Verb::kCreate) return std::nullopt;
    return Result<Reply>(Error{ErrorKind::kForbidden, "denied"});
  };
  cluster.SetImage("v4");
  cluster.Settle();
  REQUIRE(cluster.Told() == "True RevisionBefore");

  cluster.deployment_webhook = nullptr;
  cluster.Edit([](Json& d) { d["metadata"]["annotations"].erase(kRollbackTo); });
  cluster.Settle();
  CHECK(cluster.Told().empty());
  CHECK(cluster.Condition("Progressing") == "False ReplicaSetCreateError");

  cluster.server = nullptr;
  cluster.Ask("0");
  cluster.Settle();
  CHECK(cluster.Image() == "v2");
  CHECK(std::ranges::count(cluster.writes, "roll back") == 2);
  Proves("D-471");
}

TEST_CASE("a kept request for 0 goes back one revision, and not to and fro (RO-024)") {
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepRequest;
  cluster.Ask("0");
  cluster.Settle();
  CHECK(cluster.Image() == "v2");
  CHECK(cluster.SizeOf("v2") == 4);
  CHECK(cluster.Told() == "True RevisionBefore");
  CHECK(std::ranges::count(cluster.writes, "roll back") == 1);
  Proves("RO-024");
}

// A Deployment has no record of the rollback, so after a crash before the condition it goes back
// once more. It does not go on from there.
TEST_CASE("after a crash before the condition, a kept request for 0 goes back once more (RO-024)") {
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepRequest;
  cluster.Ask("0");
  cluster.Sync(/*writes_max=*/1);
  REQUIRE(cluster.writes == std::vector<std::string>{"roll back"});
  REQUIRE(cluster.Told().empty());
  cluster.Settle();
  CHECK(cluster.Image() == "v3");
  CHECK(cluster.Told() == "True RevisionBefore");
  cluster.now += 60;
  cluster.Settle();
  CHECK(cluster.Image() == "v3");
  CHECK(std::ranges::count(cluster.writes, "roll back") == 2);
  Proves("RO-024");
}

TEST_CASE("a kept request that is refused is told with the cause of the refusal (D-465)") {
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepRequest;
  cluster.Ask("9");
  cluster.Settle();
  CHECK(cluster.Told() == "True Revision9");
  CHECK(cluster.Sent("Unable to find the revision to rollback to; " + std::string(kKept)) == 1);
  cluster.SetImage("v4");
  cluster.Settle();
  CHECK(cluster.SizeOf("v4") == 4);
  Proves("D-465 D-471");
}

TEST_CASE("while paused, a kept request does not hold up the clean-up of the history (D-472)") {
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepRequest;
  cluster.Ask("1");
  cluster.Settle();
  cluster.Edit([](Json& d) {
    d["spec"]["paused"] = true;
    d["spec"]["revisionHistoryLimit"] = 0;
  });
  cluster.Settle();
  CHECK(cluster.replica_sets().size() == 1);
  CHECK(cluster.Told() == "True Revision1");
  Proves("D-472");
}

TEST_CASE("a rollback whose template is not kept is told as not kept, not as done (D-469)") {
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepTemplate;
  cluster.Ask("1");
  cluster.Settle();
  CHECK(cluster.Image() == "v3");
  CHECK(cluster.SizeOf("v3") == 4);
  CHECK_FALSE(cluster.Asks());
  CHECK(cluster.Told().empty());
  CHECK(cluster.events ==
        std::vector<std::string>{"DeploymentRollbackNotKept: " + std::string(kPutBack)});
  Proves("D-469");
}

TEST_CASE("a rollback of which nothing is kept is told, and holds nothing up (D-469 D-471)") {
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepBoth;
  cluster.Ask("1");
  cluster.Settle();
  CHECK(cluster.Told() == "True Revision1");
  CHECK(cluster.Sent(std::string(kPutBack) + ". Besides, " + kKept) == 1);
  cluster.SetImage("v4");
  cluster.Settle();
  CHECK(cluster.Image() == "v4");
  CHECK(cluster.SizeOf("v4") == 4);
  Proves("D-469 D-471");
}

}  // namespace
}  // namespace windlass::workload::rollback_not_kept_test
