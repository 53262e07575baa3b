// Names that are taken already (D-176…D-179).
#include "controller/workload/actions/collision.h"

#include <algorithm>
#include <functional>

#include "controller/workload/annotations/annotations.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::collision_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("a name taken by our own ReplicaSet, missing from the cache, is no collision (D-177)") {
  Cluster cluster(4);
  cluster.Sync();
  // The create succeeded, but this process's cache does not know: hides the object until it is
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
  CompletedCluster cluster(1);
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

// Whom this serves: who goes back to the first image after updates in place. With history 0 their
// ReplicaSet has the first name, another template and a number that no status has told yet.
TEST_CASE("a ReplicaSet that had another number before was changed by no webhook (B-10, D-178)") {
  CompletedCluster cluster(1);
  const std::string name = cluster.NameOf("v1");
  cluster.EditReplicaSet(name, [](Json& rs) {
    rs["spec"]["template"]["spec"]["containers"][0]["image"] = "v3";
    rs["metadata"]["annotations"][kRevision] = "4";
    rs["metadata"]["annotations"][kRevisionHistory] = "1";
  });
  const Step step = cluster.Sync();
  REQUIRE(std::holds_alternative<Failed>(step));
  CHECK(std::get<Failed>(step).error.kind == ErrorKind::kAlreadyExists);
  CHECK(cluster.deployment()["status"]["collisionCount"] == 1);
  cluster.Settle();
  CHECK(cluster.SizeOf("v1") == 1);
  Proves("B-10 D-178");
}

TEST_CASE("two collisions of one template are still counted, the third is no accident (D-178)") {
  CompletedCluster cluster(1);
  for (int collisions = 1; collisions <= 3; ++collisions) {
    for (auto& [name, rs] : cluster.replica_sets()) {
      rs["spec"]["template"]["spec"]["containers"][0]["image"] = "edited";
    }
    const Step step = cluster.Sync();
    REQUIRE(std::holds_alternative<Failed>(step));
    if (collisions == 3) {
      CHECK(std::get<Failed>(step).retry == Retry::kOnSpecChange);
      CHECK(cluster.Condition("Progressing") == "False ReplicaSetCreateError");
      break;
    }
    CHECK(cluster.deployment()["status"]["collisionCount"] == collisions);
    cluster.Settle();
    REQUIRE(cluster.HasReplicaSet("v1"));
  }
  CHECK(cluster.deployment()["status"]["collisionCount"] == 2);
  cluster.SetImage("v2");  // another template has other names
  cluster.Settle();
  CHECK(cluster.SizeOf("v2") == 1);
  Proves("D-178 B-10");
}

// Whom this serves: whose API client writes whole statuses, with collisionCount: 0.
TEST_CASE("a count of 0 is part of the first name, and that name counts, too (D-171, D-178)") {
  Cluster cluster(1);
  cluster.deployment()["status"]["collisionCount"] = 0;
  cluster.Settle();
  const auto canonical = CanonicalTemplate(cluster.deployment()["spec"]["template"].dump());
  REQUIRE(canonical.ok());
  CHECK(cluster.NameOf("v1") == "web-" + ComputeHash(*canonical, 0));
  CHECK(cluster.deployment()["status"]["collisionCount"] == 0);
  for (int collisions = 1; collisions <= 3; ++collisions) {
    for (auto& [name, rs] : cluster.replica_sets()) {
      rs["spec"]["template"]["spec"]["containers"][0]["image"] = "edited";
    }
    const Step step = cluster.Sync();
    REQUIRE(std::holds_alternative<Failed>(step));
    CHECK(std::get<Failed>(step).retry ==
          (collisions < 3 ? Retry::kBackOff : Retry::kOnSpecChange));
    CHECK(cluster.deployment()["status"]["collisionCount"] == std::min(collisions, 2));
    if (collisions < 3) cluster.Settle();
  }
  CHECK(cluster.Condition("Progressing") == "False ReplicaSetCreateError");
  Proves("D-171 D-178");
}

TEST_CASE("a Deployment made anew while its namesake's ReplicaSet goes uses another name (B-45)") {
  CompletedCluster cluster(2);
  const std::string old = cluster.NameOf("v1");
  cluster.deployment()["metadata"]["uid"] = "00000000-0000-4000-8000-0000000000aa";
  cluster.deployment()["metadata"].erase("annotations");
  cluster.deployment()["status"] = Json::object();
  CHECK(std::holds_alternative<Failed>(cluster.Sync()));
  CHECK(cluster.deployment()["status"]["collisionCount"] == 1);
  cluster.Settle();
  CHECK(cluster.replica_sets().size() == 2);
  CHECK(cluster.replica_sets().at(old)["spec"]["replicas"] == 2);  // not ours: left alone
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("B-45 D-178 D-101");
}

// As if another controller had it.
void GiveToAnother(Json& rs) {
  rs["metadata"]["ownerReferences"][0]["uid"] = "00000000-0000-4000-8000-00000000dead";
}

struct TakenRow {
  std::string id;
  std::function<void(Json& rs)> change;
};

TEST_CASE("names in foreign hands are counted, however many they are (D-178)") {
  const auto row = GENERATE(values<TakenRow>({
      {"D-178 another controller has them", GiveToAnother},
      {"D-110 released by whoever edited their labels",
       [](Json& rs) { rs["metadata"]["labels"]["app"] = "kept aside"; }},
  }));
  CAPTURE(row.id);
  CompletedCluster cluster(2);
  for (int collisions = 1; collisions <= 5; ++collisions) {
    cluster.EditReplicaSet(cluster.NameOf("v1"), row.change);
    cluster.ReplicaSet("v1")["spec"]["template"]["spec"]["containers"][0]["image"] = "aside";
    const Step step = cluster.Sync();
    REQUIRE(std::holds_alternative<Failed>(step));
    CHECK(std::get<Failed>(step).retry == Retry::kBackOff);
    CHECK(cluster.deployment()["status"]["collisionCount"] == collisions);
    cluster.Settle();
    CHECK(cluster.SizeOf("v1") == 2);
  }
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("D-178 D-101");
}

TEST_CASE("all names a namesake left behind are passed over, one by one (B-45)") {
  CompletedCluster cluster(2);
  for (int i = 0; i < 3; ++i) {
    cluster.EditReplicaSet(cluster.NameOf("v1"), GiveToAnother);
    cluster.ReplicaSet("v1")["spec"]["template"]["spec"]["containers"][0]["image"] = "left";
    cluster.Settle();
  }
  for (auto& [name, rs] : cluster.replica_sets()) GiveToAnother(rs);
  cluster.now += 60;
  Json& metadata = cluster.deployment()["metadata"];
  metadata["uid"] = "00000000-0000-4000-8000-0000000000aa";
  metadata["creationTimestamp"] = FormatTime({cluster.now});
  metadata.erase("annotations");
  cluster.deployment()["status"] = Json::object();
  for (int collisions = 1; collisions <= 4; ++collisions) {
    const Step step = cluster.Sync();
    REQUIRE(std::holds_alternative<Failed>(step));
    CHECK(std::get<Failed>(step).retry == Retry::kBackOff);
    CHECK(cluster.deployment()["status"]["collisionCount"] == collisions);
  }
  cluster.Settle();
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("B-45 D-178");
}

}  // namespace
}  // namespace windlass::workload::collision_test
