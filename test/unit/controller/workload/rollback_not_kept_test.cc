// A server that accepts the write of a rollback and does not keep it, for example because of a
// mutating admission webhook: it keeps the request, or puts the former template back.
#include <algorithm>
#include <string>
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
    "the API server accepted the write with which Windlass removes the annotation "
    "deprecated.deployment.rollback.to, but kept the annotation deprecated.deployment.rollback.to. "
    "Find the mutating admission webhook or policy that puts it back, and exempt Windlass from it, "
    "or remove the annotation deprecated.deployment.rollback.to by hand. Windlass has answered "
    "this request and does not carry it out again. It rolls out spec.template, also after later "
    "edits";
constexpr const char* kPutBack =
    "there was no rollback to revision 1: the API server accepted the template of that revision "
    "from Windlass, but kept the present template. Find the mutating admission webhook or policy "
    "that puts it back, exempt Windlass from it, and ask for the rollback again";

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
  SECTION("each sync removes the request once, and the next sync comes by itself") {
    cluster.writes.clear();
    const Step step = cluster.Sync();
    REQUIRE(std::holds_alternative<Wait>(step));
    const auto again = std::get<Wait>(step).look_again_in;
    CHECK((again && *again <= kClearAgainAfter));
    CHECK(cluster.writes == std::vector<std::string>{"clear rollback"});
  }
  SECTION("it ends with the webhook") {
    cluster.deployment_webhook = nullptr;
    cluster.Settle();
    CHECK_FALSE(cluster.Asks());
    CHECK(cluster.Told().empty());
    CHECK(cluster.Image() == "v1");
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
  ThreeRevisions cluster;
  cluster.deployment_webhook = KeepRequest;
  cluster.Ask("1");
  cluster.Settle();
  cluster.SetImage("v4");
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    const bool own = request.resource() == resources::kDeployments;
    const bool patch = request.verb() == Verb::kPatch && request.subresource().empty();
    if (!own || !patch) return std::nullopt;
    return Result<Reply>(Error{ErrorKind::kForbidden, "not today"});
  };
  cluster.Settle();
  CHECK(cluster.SizeOf("v4") == 4);
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
