// Rollback by annotation (D-460…D-472).
#include "controller/workload/actions/rollback.h"

#include <sstream>

#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::rollback_test {
namespace {

using Json = nlohmann::json;
using Lines = std::vector<std::string>;

// Revisions 1, 2 and 3 of images v1, v2 and v3 are rolled out; what was written is cleared.
struct ThreeRevisions : Cluster {
  explicit ThreeRevisions(const std::string& strategy = "RollingUpdate") : Cluster(4) {
    if (strategy != "RollingUpdate") ChangeStrategy(strategy);
    for (const char* image : {"v1", "v2", "v3"}) {
      RollOut(image);
    }
    Forget();
  }
  void Forget() {
    writes.clear();
    reads.clear();
    events.clear();
  }
  void Ask(const std::string& revision) {
    Edit([&](Json& d) { d["metadata"]["annotations"][kRollbackTo] = revision; });
  }
  std::string Image() { return deployment()["spec"]["template"]["spec"]["containers"][0]["image"]; }
  bool Asks() { return deployment()["metadata"]["annotations"].contains(kRollbackTo); }
};

TEST_CASE("a rollback is one write of the Deployment, and ends the sync (UT-03)") {
  ThreeRevisions cluster;
  const std::string v1 = cluster.NameOf("v1");
  cluster.Ask("1");
  const int64_t generation = cluster.deployment()["metadata"]["generation"];
  const Json before = cluster.replica_sets();
  const Step step = cluster.Sync();
  CHECK(std::get<Wait>(step).look_again_in);
  CHECK(cluster.writes == Lines{"roll back"});
  CHECK(cluster.reads == Lines{"get replicasets ns/" + v1, "get deployments ns/web"});
  CHECK(cluster.events == Lines{"Rolled back deployment \"web\" to revision 1"});
  CHECK(Json(cluster.replica_sets()) == before);
  CHECK(cluster.Image() == "v1");
  CHECK_FALSE(cluster.Asks());
  CHECK(cluster.deployment()["metadata"]["generation"] == generation + 1);
  Json pod_template = cluster.ReplicaSet("v1")["spec"]["template"];
  pod_template["metadata"]["labels"].erase("pod-template-hash");
  CHECK(cluster.deployment()["spec"]["template"] == pod_template);
  Proves("UT-03 D-462 D-464 D-467 D-468 D-469 D-470");

  cluster.Settle();
  CHECK(cluster.revision() == "4");
  CHECK(cluster.HistoryOf("v1") == "1");
  CHECK(cluster.SizeOf("v1") == 4);
  CHECK(cluster.SizeOf("v3") == 0);
  CHECK(cluster.replica_sets().size() == 3);
  Proves("D-470");
}

TEST_CASE("annotations: our own stay, the ReplicaSet's come, the Deployment's extra ones go") {
  ThreeRevisions cluster;
  cluster.EditReplicaSet(cluster.NameOf("v1"), [](Json& rs) {
    rs["metadata"]["annotations"]["kubernetes.io/change-cause"] = "first";
  });
  cluster.Edit([](Json& d) {
    Json& annotations = d["metadata"]["annotations"];
    annotations["kubernetes.io/change-cause"] = "third";
    annotations["extra"] = "lost";
    annotations[kLastApplied] = "{}";
    annotations[kRollbackTo] = "1";
  });
  cluster.Sync();
  // The new ReplicaSet got its copy first, as in every sync (D-163).
  CHECK(cluster.writes == Lines{"annotate v3", "roll back"});
  CHECK(cluster.deployment()["metadata"]["annotations"] ==
        Json{{"kubernetes.io/change-cause", "first"}, {kLastApplied, "{}"}, {kRevision, "3"}});
  Proves("D-467");
}

TEST_CASE("annotations of a version that is past are not written over the present ones") {
  ThreeRevisions cluster;
  cluster.Ask("1");
  bool edited = false;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (edited || request.Describe() != "get deployments ns/web") return std::nullopt;
    edited = true;
    Reply before{cluster.deployment().dump()};
    cluster.Edit([](Json& d) { d["metadata"]["annotations"][kLastApplied] = "edited"; });
    return Result<Reply>(std::move(before));
  };
  cluster.Sync();
  REQUIRE(edited);
  CHECK(cluster.deployment()["metadata"]["annotations"][kLastApplied] == "edited");
  cluster.Sync();
  CHECK(cluster.Image() == "v1");
  CHECK(cluster.deployment()["metadata"]["annotations"][kLastApplied] == "edited");
  Proves("D-467");
}

TEST_CASE("nothing of the present template stays inside the one rolled back to") {
  ThreeRevisions cluster;
  cluster.Edit([](Json& d) {
    d["spec"]["template"]["metadata"]["labels"]["added"] = "later";
    d["spec"]["template"]["spec"]["volumes"] = {{{"name", "later"}}};
    d["spec"]["template"]["spec"]["initContainers"] = {{{"name", "later"}, {"image", "x"}}};
  });
  cluster.Settle();
  cluster.Ask("1");
  cluster.Sync();
  const Json& spec = cluster.deployment()["spec"]["template"]["spec"];
  CHECK_FALSE(spec.contains("volumes"));
  CHECK_FALSE(spec.contains("initContainers"));
  CHECK(spec["containers"][0].contains("securityContext"));  // D-780: empty objects survive
  CHECK(cluster.deployment()["spec"]["template"]["metadata"]["labels"] == Json{{"app", "web"}});
  Proves("D-467");
}

struct TargetRow {
  std::string id;
  std::string asked;
  std::string revisions;  // of v1, v2, v3, "-" for none
  std::string image;      // afterwards
  std::string event;
};

TEST_CASE("which revision is gone back to, and what is said when there is none") {
  const TargetRow row = GENERATE(values<TargetRow>({
      {"D-463 the last one", "0", "1 2 3", "v2", "Rolled back deployment \"web\" to revision 2"},
      {"D-463 after an undo", "0", "4 2 5", "v1", "Rolled back deployment \"web\" to revision 4"},
      {"D-463 one that cannot be parsed is skipped", "0", "1 abc 3", "v1",
       "Rolled back deployment \"web\" to revision 1"},
      {"D-463 missing ones count 0", "0", "- - 3", "v3",
       "DeploymentRollbackRevisionNotFound: Unable to find last revision."},
      {"D-464", "2", "1 2 3", "v2", "Rolled back deployment \"web\" to revision 2"},
      {"D-464 the oldest of two", "2", "2 2 3", "v1",
       "Rolled back deployment \"web\" to revision 2"},
      {"D-465", "9", "1 2 3", "v3",
       "DeploymentRollbackRevisionNotFound: Unable to find the revision to rollback to."},
      {"D-461 a negative one matches nothing", "-1", "1 2 3", "v3",
       "DeploymentRollbackRevisionNotFound: Unable to find the revision to rollback to."},
      {"D-466", "3", "1 2 3", "v3",
       "DeploymentRollbackTemplateUnchanged: The rollback revision contains the same template as "
       "current deployment \"web\""},
  }));
  CAPTURE(row.id);
  ThreeRevisions cluster;
  std::istringstream revisions(row.revisions);
  for (const char* image : {"v1", "v2", "v3"}) {
    std::string revision;
    revisions >> revision;
    cluster.EditReplicaSet(cluster.NameOf(image), [&](Json& rs) {
      rs["metadata"]["annotations"].erase(std::string(kRevision));
      if (revision != "-") rs["metadata"]["annotations"][kRevision] = revision;
    });
  }
  cluster.Ask(row.asked);
  const int64_t generation = cluster.deployment()["metadata"]["generation"];
  cluster.Sync();
  CHECK(cluster.deployment()["metadata"]["generation"] == generation + 1);
  CHECK(cluster.Image() == row.image);
  CHECK_FALSE(cluster.Asks());
  REQUIRE(cluster.events.size() == 1);
  CHECK(row.event.ends_with(cluster.events[0]));
  CHECK(cluster.writes.back() == (row.image == "v3" ? "clear rollback" : "roll back"));
  Proves(row.id);
  Proves("D-468");
}

TEST_CASE("superseded numbers in the history are not looked at (D-464)") {
  ThreeRevisions cluster;
  cluster.Undo("1");
  cluster.Settle();
  REQUIRE(cluster.HistoryOf("v1") == "1");
  cluster.Forget();
  cluster.Ask("1");
  cluster.Sync();
  CHECK(cluster.events == Lines{"Unable to find the revision to rollback to."});
  Proves("D-464");
}

TEST_CASE("what is no number asks for nothing (D-461)") {
  ThreeRevisions cluster;
  cluster.Ask(GENERATE("", "abc", "1.0", " 1", "0x1", "9223372036854775808"));
  CHECK_FALSE(cluster.deployment()["metadata"]["annotations"][kRollbackTo] == "0");
  cluster.Settle();
  CHECK(cluster.Image() == "v3");
  CHECK(cluster.WritesAndForget().empty());  // it is not even copied (D-163)
  CHECK(cluster.Asks());
  Proves("D-461");
}

TEST_CASE("template and rollback in one edit: the new template gets its number first (D-462)") {
  const std::string strategy = GENERATE("RollingUpdate", "Recreate");
  CAPTURE(strategy);
  ThreeRevisions cluster(strategy);
  cluster.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v4";
    d["metadata"]["annotations"][kRollbackTo] = "0";
  });
  cluster.Sync();
  CHECK(cluster.RevisionOf("v4") == "4");
  CHECK(cluster.Image() == "v3");  // of revision 3, the second highest
  // Recreate starts no Pods beside the old ones.
  CHECK(cluster.SizeOf("v4") == (strategy == "Recreate" ? 0 : 1));
  cluster.Settle();
  CHECK(cluster.SizeOf("v3") == 4);
  CHECK(cluster.SizeOf("v4") == 0);
  CHECK(cluster.revision() == "5");
  Proves("D-462");
}

TEST_CASE("an undo that was not numbered yet is numbered before the last revision is looked for") {
  ThreeRevisions cluster;
  cluster.Undo("1");
  cluster.Ask("0");
  cluster.Sync();
  CHECK(cluster.writes == Lines{"annotate v1", "roll back"});
  CHECK(cluster.Image() == "v3");
  Proves("D-462 D-463");
}

TEST_CASE("while a rollback is asked for nothing is scaled (D-471)") {
  ThreeRevisions cluster;
  cluster.Scale(8);
  cluster.Ask("2");
  cluster.Sync();
  CHECK(cluster.writes == Lines{"roll back"});
  cluster.Settle();
  CHECK(cluster.SizeOf("v2") == 8);
  CHECK(cluster.SizeOf("v3") == 0);
  Proves("D-058 D-471");
}

TEST_CASE("a rollback that lost a race, or was refused, is tried again") {
  ThreeRevisions cluster;
  cluster.Ask("1");
  const ErrorKind kind = GENERATE(ErrorKind::kConflict, ErrorKind::kInvalid);
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.patch_type() != PatchType::kJson) return std::nullopt;
    return Result<Reply>(Error{kind, "no"});
  };
  CHECK(std::get<Failed>(cluster.Sync()).error.kind == kind);
  CHECK(cluster.events.empty());  // D-469
  CHECK(cluster.Asks());
  cluster.server = nullptr;
  cluster.Sync();
  CHECK(cluster.Image() == "v1");
  Proves("D-469");
}

TEST_CASE("a ReplicaSet that went meanwhile fails the sync, and the next one chooses anew") {
  ThreeRevisions cluster;
  cluster.Ask("1");
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() != Verb::kGet) return std::nullopt;
    return Result<Reply>(Error{ErrorKind::kNotFound, "not found"});
  };
  CHECK(std::get<Failed>(cluster.Sync()).error.kind == ErrorKind::kNotFound);
  CHECK(cluster.writes.empty());
  cluster.replica_sets().erase(cluster.NameOf("v1"));
  cluster.server = nullptr;
  cluster.Sync();
  CHECK(cluster.events == Lines{"Unable to find the revision to rollback to."});
}

TEST_CASE("an adopted revision can be gone back to (D-108)") {
  ThreeRevisions cluster;
  cluster.EditReplicaSet(cluster.NameOf("v1"),
                         [](Json& rs) { rs["metadata"].erase("ownerReferences"); });
  cluster.Ask("1");
  cluster.Sync();
  CHECK(cluster.writes == Lines{"adopt v1", "roll back"});
  CHECK(cluster.Image() == "v1");
  Proves("D-108");
}

TEST_CASE("a crash at any point of a rollback changes nothing about its outcome") {
  const int crash_after = GENERATE(1, 2, 3, 1000);
  ThreeRevisions cluster;
  cluster.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v4";
    d["metadata"]["annotations"][kRollbackTo] = "2";
  });
  for (int i = 0; i < 40; ++i) {
    cluster.Sync(crash_after);
    cluster.RunReplicaSets();
  }
  CHECK(cluster.Image() == "v2");
  CHECK(cluster.revision() == "5");
  CHECK(cluster.RevisionOf("v4") == "4");
  CHECK(cluster.SizeOf("v2") == 4);
}

}  // namespace
}  // namespace windlass::workload::rollback_test
