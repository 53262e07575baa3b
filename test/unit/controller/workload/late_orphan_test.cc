// Orphans that appear during a sync: the Deployment must still exist when they are adopted, not
// only when the sync began (D-103).
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/ownership/adopt_release.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::late_orphan_test {
namespace {

using Json = nlohmann::json;
using Lines = std::vector<std::string>;

// v1 and v2 are rolled out; then v1 becomes an orphan, and v3 is wanted.
struct Orphaned : Cluster {
  Orphaned() : Cluster(4) {
    Settle();
    RollOut("v2");
    SetImage("v3");
    Orphan("v1");
    writes.clear();
    reads.clear();
    server = [this](const Request& request) { return Answer(request); };
  }
  void Orphan(const std::string& image) {
    EditReplicaSet(NameOf(image), [](Json& rs) { rs["metadata"].erase("ownerReferences"); });
  }
  // The user deletes the Deployment and keeps its ReplicaSets. The cache sees the change of the
  // ReplicaSet first.
  void DeleteOrphaning(const std::string& image) {
    deleted = true;
    Orphan(image);
  }
  bool IsOrphan(const std::string& image) {
    return ReplicaSet(image)["metadata"].value("ownerReferences", Json::array()).empty();
  }
  std::optional<Result<Reply>> Answer(const Request& request) {
    if (before_answer) before_answer(request);
    if (!deleted || request.verb() != Verb::kGet) return std::nullopt;
    if (request.resource() != resources::kDeployments) return std::nullopt;
    Json live = deployment();
    live["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:00Z";
    return Result<Reply>(Reply{live.dump()});
  }
  std::function<void(const Request&)> before_answer;
  bool deleted = false;
};

TEST_CASE("an orphan that appears late in a sync takes another read (D-103)") {
  Orphaned cluster;
  bool done = false;
  cluster.before_answer = [&](const Request& request) {
    if (request.verb() != Verb::kCreate || std::exchange(done, true)) return;
    cluster.DeleteOrphaning("v2");
  };
  const Step step = cluster.Sync();
  const Failed* failed = std::get_if<Failed>(&step);
  REQUIRE(failed != nullptr);
  CHECK(failed->error.message == "ns/web has just been deleted at 2027-01-15T08:00:00Z");
  CHECK(cluster.IsOrphan("v2"));
  CHECK(cluster.writes == Lines{"adopt v1", "create v3 1"});
  CHECK(cluster.reads == Lines{"get deployments ns/web", "get deployments ns/web"});
  Proves("D-103");
}

TEST_CASE("a late orphan of a Deployment that exists still is adopted in the same sync") {
  Orphaned cluster;
  bool done = false;
  cluster.before_answer = [&](const Request& request) {
    if (request.verb() == Verb::kCreate && !std::exchange(done, true)) cluster.Orphan("v2");
  };
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  CHECK_FALSE(cluster.IsOrphan("v2"));
  CHECK(cluster.reads == Lines{"get deployments ns/web", "get deployments ns/web"});
  Proves("D-103 D-110");
}

TEST_CASE("adoptions that follow each other take one read, whatever the server says to them") {
  const bool gone = GENERATE(false, true);
  World world(4);
  for (const char* name : {"web-0", "web-1", "web-2"}) {
    world.AddOld(name, 0, 0).meta.owner_references = {};
  }
  const Request read = Request::Get(resources::kDeployments, KeyOf(world.deployment.meta));
  const Json live = {{"metadata", {{"uid", world.deployment.meta.uid.ToString()}}}};
  world.learned.push_back({read.Identity(), Reply{live.dump()}});
  for (const char* name : {"web-0", "web-1", "web-2"}) {
    const Step step = world.Decide();
    REQUIRE(std::holds_alternative<Write>(step));
    const Request& adopt = std::get<Write>(step).request;
    CHECK(adopt.key().name == name);
    Result<Reply> said = Reply{"{}"};
    if (gone) said = Error{ErrorKind::kNotFound, "not found"};
    world.learned.push_back({adopt.Identity(), said});
  }
  // All were tried: whatever else the sync does, nothing is left to read for.
  const Step step = world.Decide();
  REQUIRE(std::holds_alternative<Write>(step));
  CHECK(std::get<Write>(step).request.verb() == Verb::kCreate);
  world.learned.push_back({std::get<Write>(step).request.Identity(), Reply{"{}"}});
  CHECK_FALSE(SettleOwnership(world.view(), ClaimReplicaSets(world.view()), world.learned));
  Proves("D-103 D-106");
}

TEST_CASE("a read that somebody else made counts only if nothing came after it (D-103)") {
  World world(4);
  world.AddNew("web-1", 4, 4);
  world.AddOld("web-0", 0, 0).meta.owner_references = {};
  const Request read = Request::Get(resources::kDeployments, KeyOf(world.deployment.meta));
  const Json live = {{"metadata", {{"uid", world.deployment.meta.uid.ToString()}}}};
  // As a rollback reads it, to replace the annotations.
  world.learned.push_back({read.Identity(), Reply{live.dump()}});
  CHECK(std::holds_alternative<Write>(world.Decide()));

  const Request other =
      Request::Get(resources::kReplicaSets, {world.deployment.meta.namespace_, "x"});
  world.learned.push_back({other.Identity(), Reply{"{}"}});
  const Step step = world.Decide();
  REQUIRE(std::holds_alternative<Read>(step));
  CHECK(std::get<Read>(step).request.Describe() == "get deployments ns/web");
  Proves("D-103");
}

}  // namespace
}  // namespace windlass::workload::late_orphan_test
