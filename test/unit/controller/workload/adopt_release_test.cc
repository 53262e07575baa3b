// Adoption and release: which requests are sent, in which order, and the server's possible answers.
#include "controller/workload/ownership/adopt_release.h"

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/completed_cluster.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::adopt_release_test {
namespace {

using Json = nlohmann::json;
using Lines = std::vector<std::string>;

constexpr const char* kOtherUid = "00000000-0000-4000-8000-00000000dead";

// A completed rollout of v1 and v2; what it wrote is cleared.
struct TwoRevisions : Cluster {
  TwoRevisions() : Cluster(4) {
    Settle();
    RollOut("v2");
    Forget();
  }
  void Forget() {
    writes.clear();
    reads.clear();
    events.clear();
  }
  void Orphan(const std::string& image) {
    EditReplicaSet(NameOf(image), [](Json& rs) { rs["metadata"].erase("ownerReferences"); });
  }
  void EditLabels(const std::string& image) {
    EditReplicaSet(NameOf(image), [](Json& rs) { rs["metadata"]["labels"]["app"] = "edited"; });
  }
  Json Owners(const std::string& image) {
    return ReplicaSet(image)["metadata"].value("ownerReferences", Json::array());
  }
  // Answers owner patches of ReplicaSets with `kind`, and notes them.
  void RefuseOwners(ErrorKind kind) {
    server = [this, kind](const Request& request) -> std::optional<Result<Reply>> {
      if (request.patch_type() != PatchType::kStrategicMerge) return std::nullopt;
      tried.push_back(request.key().name);
      return Result<Reply>(Error{kind, "no"});
    };
  }
  Lines tried;
};

TEST_CASE("an orphan is adopted after one uncached read, and takes part at once") {
  Proves("D-100 D-103 D-110 W-04");
  TwoRevisions cluster;
  cluster.Orphan("v1");
  cluster.Orphan("v2");
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  // One read for both; nothing else to write, for they are as they were.
  CHECK(cluster.reads == Lines{"get deployments ns/web"});
  CHECK(cluster.writes.size() == 2);
  for (const char* image : {"v1", "v2"}) {
    REQUIRE(cluster.Owners(image).size() == 1);
    CHECK(cluster.Owners(image)[0] == Json{{"apiVersion", "apps/v1"},
                                           {"kind", "Deployment"},
                                           {"name", "web"},
                                           {"uid", cluster.deployment()["metadata"]["uid"]},
                                           {"controller", true},
                                           {"blockOwnerDeletion", true}});
  }
  CHECK(cluster.events.empty());  // D-002
  Proves("D-002");
}

TEST_CASE("what is adopted counts in the same sync: no second ReplicaSet (D-112, E2E-07)") {
  TwoRevisions cluster;
  cluster.Orphan("v1");
  cluster.Orphan("v2");
  // The Deployment was deleted with its ReplicaSets orphaned, and created anew.
  cluster.deployment()["metadata"]["uid"] = kOtherUid;
  cluster.deployment()["metadata"].erase("annotations");
  cluster.deployment()["status"] = Json::object();
  cluster.deployment()["metadata"]["generation"] = 1;
  cluster.now += 60;
  cluster.deployment()["metadata"]["creationTimestamp"] = "2030-01-01T00:00:00Z";
  cluster.Sync();
  CHECK(cluster.writes == Lines{"adopt v1", "adopt v2", "status"});
  CHECK(cluster.replica_sets().size() == 2);
  CHECK(cluster.revision() == "2");
  CHECK(cluster.Owners("v2")[0]["uid"] == kOtherUid);
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("D-112");
}

TEST_CASE("a reference without control becomes the controlling one; others stay (IT-12)") {
  TwoRevisions cluster;
  const Json stateful_set = {{"apiVersion", "apps/v1"},
                             {"kind", "StatefulSet"},
                             {"name", "x"},
                             {"uid", kOtherUid},
                             {"controller", false}};
  const bool ours = GENERATE(false, true);
  cluster.EditReplicaSet(cluster.NameOf("v1"), [&](Json& rs) {
    Json& owners = rs["metadata"]["ownerReferences"];
    if (ours) {
      owners[0]["controller"] = false;
    } else {
      owners = Json::array({stateful_set});
    }
  });
  cluster.Sync();
  CHECK(cluster.writes == Lines{"adopt v1"});
  REQUIRE(cluster.Owners("v1").size() == (ours ? 1 : 2));
  CHECK(cluster.Owners("v1").back()["controller"] == true);
  CHECK(cluster.Owners("v1").back()["uid"] == cluster.deployment()["metadata"]["uid"]);
  if (!ours) CHECK(cluster.Owners("v1")[0] == stateful_set);
  Proves("D-102 D-104 IT-12");
}

TEST_CASE("the patches carry uid and resourceVersion, and nothing but owners (D-104, D-105)") {
  TwoRevisions cluster;
  const bool release = GENERATE(false, true);
  if (release) {
    cluster.EditLabels("v1");
  } else {
    cluster.Orphan("v1");
  }
  const Json before = cluster.ReplicaSet("v1")["metadata"];
  Json body;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.patch_type() == PatchType::kStrategicMerge) body = Json::parse(request.body());
    return std::nullopt;
  };
  cluster.Sync();
  REQUIRE(body.is_object());
  const Json uid = cluster.deployment()["metadata"]["uid"];
  const Json reference = release ? Json{{"$patch", "delete"}, {"uid", uid}}
                                 : Json{{"apiVersion", "apps/v1"}, {"kind", "Deployment"},
                                        {"name", "web"},           {"uid", uid},
                                        {"controller", true},      {"blockOwnerDeletion", true}};
  CHECK(body == Json{{"metadata",
                      {{"uid", before["uid"]},
                       {"resourceVersion", before["resourceVersion"]},
                       {"ownerReferences", {reference}}}}});
  Proves("D-104 D-105");
}

TEST_CASE("a ReplicaSet whose labels were edited is released, and replaced (IT-14)") {
  TwoRevisions cluster;
  cluster.EditLabels("v2");
  const std::string released = cluster.NameOf("v2");
  const Step step = cluster.Sync();
  // Its name is taken, by what is not ours any more: a collision (D-178).
  CHECK(std::get<Failed>(step).error.kind == ErrorKind::kAlreadyExists);
  CHECK(cluster.writes == Lines{"release v2", "status"});
  CHECK(cluster.Owners("v2").empty());
  CHECK(cluster.deployment()["status"]["collisionCount"] == 1);
  // No read for a release; one for the template of the new ReplicaSet.
  CHECK(cluster.reads == Lines{"get deployments ns/web", "get replicasets ns/" + released});

  cluster.Settle();
  CHECK(cluster.replica_sets().size() == 3);
  CHECK(cluster.replica_sets().at(released)["spec"]["replicas"] == 4);  // nobody's now

  // Restored labels bring it back, as the oldest of its template.
  cluster.EditReplicaSet(released, [](Json& rs) { rs["metadata"]["labels"]["app"] = "web"; });
  cluster.Forget();
  cluster.Settle();
  CHECK(cluster.writes.front() == "adopt v2");
  CHECK(cluster.replica_sets().at(released)["metadata"]["ownerReferences"][0]["uid"] ==
        cluster.deployment()["metadata"]["uid"]);
  int32_t total = 0;
  for (const auto& [name, rs] : cluster.replica_sets()) total += rs["spec"]["replicas"].get<int>();
  CHECK(total == 4);
  CHECK(cluster.replica_sets().at(released)["spec"]["replicas"] == 4);
  CHECK(cluster.deployment()["status"]["collisionCount"] == 1);
  Proves("D-105 D-178 D-151");
}

struct RefusalRow {
  std::string id;
  bool release;
  ErrorKind said;
  bool tolerated;
};

TEST_CASE("all are tried before the first error is reported; some are none (D-106)") {
  const RefusalRow row = GENERATE(values<RefusalRow>({
      {"D-106 adopt, gone", false, ErrorKind::kNotFound, true},
      {"D-106 adopt, invalid", false, ErrorKind::kInvalid, false},
      {"D-106 adopt, forbidden", false, ErrorKind::kForbidden, false},
      {"D-106 adopt, changed meanwhile", false, ErrorKind::kConflict, false},
      {"D-106 release, gone", true, ErrorKind::kNotFound, true},
      {"D-106 release, released already", true, ErrorKind::kInvalid, true},
      {"D-106 release, changed meanwhile", true, ErrorKind::kConflict, false},
  }));
  CAPTURE(row.id);
  TwoRevisions cluster;
  for (const char* image : {"v1", "v2"}) {
    if (row.release) {
      cluster.EditLabels(image);
    } else {
      cluster.Orphan(image);
    }
  }
  cluster.RefuseOwners(row.said);
  const Step step = cluster.Sync();
  CHECK(cluster.tried.size() == 2);  // each once
  const Failed* failed = std::get_if<Failed>(&step);
  REQUIRE(failed != nullptr);  // tolerated: the sync goes on, and finds the name taken
  if (row.tolerated) {
    CHECK(failed->error.kind == ErrorKind::kAlreadyExists);
    CHECK_FALSE(cluster.writes.empty());
  } else {
    CHECK(failed->error.kind == row.said);
    const std::string who = IsRefusal(row.said) ? "the API server refused to " : "";
    CHECK(failed->error.message.starts_with(who + "patch replicasets ns/web-"));
    CHECK(failed->error.message.ends_with(": no"));
    CHECK(failed->events.empty());
    // A lost race is not reported; a refusal is shown in the status (refused_write_test.cc).
    CHECK(cluster.writes == (row.said == ErrorKind::kConflict ? Lines{} : Lines{"status"}));
  }
  Proves(row.id);
}

TEST_CASE("more orphans than one sync may ask for fail with it, not in a circle") {
  TwoRevisions cluster;
  const Json pattern = cluster.ReplicaSet("v1");
  for (int i = 0; i < static_cast<int>(kRequestsPerSyncMax) + 10; ++i) {
    Json rs = pattern;
    rs["metadata"].erase("ownerReferences");
    rs["metadata"]["name"] = "orphan-" + std::to_string(i);
    cluster.replica_sets()[rs["metadata"]["name"]] = rs;
  }
  SECTION("adopted in several syncs") {
    CHECK(std::get<Wait>(cluster.Sync()).look_again_in == kNextSyncAfter);
    cluster.Settle();
    for (const auto& [name, rs] : cluster.replica_sets()) {
      CHECK(rs["metadata"].contains("ownerReferences"));
    }
  }
  SECTION("all refused") {
    cluster.RefuseOwners(ErrorKind::kForbidden);
    CHECK(std::get<Failed>(cluster.Sync()).error.kind == ErrorKind::kForbidden);
    CHECK(cluster.tried.size() < kRequestsPerSyncMax);
    CHECK(cluster.Condition("ReplicaFailure") == "True ReplicaSetUpdateRefused");
  }
}

struct LiveRow {
  std::string id;
  std::string live;  // what the server answers; empty: 404
  std::string want;
};

TEST_CASE("nothing is adopted for a Deployment that is gone or going (D-103)") {
  const LiveRow row = GENERATE(values<LiveRow>({
      {"D-103 another one", R"({"metadata":{"uid":"00000000-0000-4000-8000-00000000dead"}})",
       "original Deployment ns/web is gone: got uid 00000000-0000-4000-8000-00000000dead, wanted "
       "00000000-0000-00d0-0000-000000000001"},
      {"D-103 being deleted",
       R"({"metadata":{"uid":"00000000-0000-00d0-0000-000000000001",
                       "deletionTimestamp":"2026-01-02T03:04:05Z"}})",
       "ns/web has just been deleted at 2026-01-02T03:04:05Z"},
      {"D-103 gone", "", "deployments.apps \"web\" not found"},
      {"D-103 no answer to build on", "[]", "the Deployment has no metadata"},
  }));
  CAPTURE(row.id);
  World world(1);
  world.AddNew("web-1", 1, 1).meta.owner_references = {};
  world.AddOld("web-0", 0, 0).meta.labels = {{"app", "edited"}};
  // What is to be released is tried first, whatever the read says.
  const Step release = world.Decide();
  REQUIRE(std::get<Write>(release).request.Describe() == "patch replicasets ns/web-0");
  world.learned.push_back({std::get<Write>(release).request.Identity(), Reply{"{}"}});

  const Step step = world.Decide();
  const Read* read = std::get_if<Read>(&step);
  REQUIRE(read != nullptr);
  CHECK(read->request.Describe() == "get deployments ns/web");
  Result<Reply> said = Reply{row.live};
  if (row.live.empty()) said = Error{ErrorKind::kNotFound, row.want};
  world.learned.push_back({read->request.Identity(), said});
  const Step then = world.Decide();
  const Failed* failed = std::get_if<Failed>(&then);
  REQUIRE(failed != nullptr);
  CHECK(failed->error.message == row.want);
  CHECK(failed->retry == Retry::kBackOff);
  Proves(row.id);
}

TEST_CASE("an adopted revision is counted on from, with 64 bits (D-108, E2E-03)") {
  CompletedCluster cluster(1);
  cluster.EditReplicaSet(cluster.NameOf("v1"), [](Json& rs) {
    rs["metadata"].erase("ownerReferences");
    rs["metadata"]["annotations"] = {{kRevision, "3546343826724305832"}};
  });
  cluster.SetImage("v2");
  cluster.writes.clear();
  cluster.Settle();
  CHECK(cluster.revision() == "3546343826724305833");
  CHECK(cluster.SizeOf("v1") == 0);
  // No size of it is recorded, so that it is no scaling event (D-109); no label is written (D-107).
  CHECK(cluster.writes.front() == "adopt v1");
  CHECK(cluster.writes[1] == "create v2 1");
  Proves("D-107 D-108 D-109");
}

TEST_CASE("history cleanup takes adopted ReplicaSets, too (D-108, D-487)") {
  TwoRevisions cluster;
  cluster.Edit([](Json& d) { d["spec"]["revisionHistoryLimit"] = 0; });
  cluster.Orphan("v1");
  cluster.Settle();
  CHECK_FALSE(cluster.HasReplicaSet("v1"));
  CHECK(cluster.SizeOf("v2") == 4);
  Proves("D-108");
}

TEST_CASE("two Deployments with one selector leave each other's ReplicaSets alone (D-111, IT-08)") {
  TwoRevisions cluster;
  cluster.EditReplicaSet(cluster.NameOf("v1"), [](Json& rs) {
    rs["metadata"]["ownerReferences"][0]["uid"] = kOtherUid;
    rs["metadata"]["ownerReferences"][0]["name"] = "other";
  });
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  CHECK(cluster.writes.empty());
  CHECK(cluster.reads.empty());
  Proves("D-101 D-111");
}

TEST_CASE("a Deployment that is being deleted neither adopts nor releases (D-100, D-112)") {
  TwoRevisions cluster;
  cluster.Orphan("v1");
  cluster.EditLabels("v2");
  cluster.DeleteInForeground();
  cluster.Sync();
  CHECK(cluster.writes == Lines{"status"});
  CHECK(cluster.reads.empty());
  Proves("D-100 D-112 D-055");
}

}  // namespace
}  // namespace windlass::workload::adopt_release_test
