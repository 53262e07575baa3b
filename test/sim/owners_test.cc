// A Deployment and a Rollout with the same name are two owners. The objects are put into the store
// itself: the test is about who reads them, not about what the server does with a Rollout.
#include "test/sim/owners.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/sim/rollout_limits.h"
#include "test/sim/rollout_object.h"
#include "test/sim/sample_objects.h"
#include "test/sim/script_names.h"
#include "test/sim/script_view.h"
#include "test/sim/surge_invariant.h"

namespace windlass::sim::owners_test {
namespace {

// Deployment web and Rollout web, each of 10 replicas with a ReplicaSet of revision 1: "a" is the
// Deployment's, "b" the Rollout's.
class TwoOwners {
 public:
  TwoOwners() {
    server.store().OnChange([this](const Change& change) {
      if (const auto text = surge.See(change)) wrong += *text + "\n";
    });
    server.Create("setup", resources::kNamespaces, "", SampleNamespace("default"));
    server.Create("user", resources::kDeployments, "default", SampleDeployment("web", 10));
    Json rollout = AsRollout(SampleDeployment("web", 10));
    rollout["metadata"]["namespace"] = "default";
    rollout["metadata"]["uid"] = "11111111-2222-4333-8444-555555555555";
    rollout["status"] = {
        {"replicas", 10},
        {"currentRevision", 7},
        {"conditions",
         Json::array(
             {{{"type", "Ready"}, {"status", "True"}},
              {{"type", "Progressing"}, {"status", "Unknown"}, {"reason", "RolloutPaused"}}})}};
    rollout["spec"]["rollbackTo"]["revision"] = 3;
    server.store().Commit({resources::kRollouts, "default", "web"}, std::move(rollout),
                          loop.clock().Now(), "user", "POST rollouts default/web");
    Own("a", resources::kDeployments);
    Own("b", resources::kRollouts);
  }

  Object Find(const ResourceId& kind, const std::string& name) {
    return server.Find({kind, "default", name});
  }
  void Make(const std::string& replica_set, int count) {
    for (int i = 0; i < count; ++i) {
      Json pod = SamplePod("pod-" + std::to_string(++pods_), "web");
      pod["metadata"]["ownerReferences"] =
          ControlledBy(*Find(resources::kReplicaSets, replica_set));
      REQUIRE(server.Create("replicaset-controller", resources::kPods, "default", pod).ok());
    }
  }

  SimLoop loop{1};
  ApiServer server{loop};
  SurgeInvariant surge{{"windlass"}};
  std::string wrong;
  ReplicaSetNames of_deployments{server};
  ReplicaSetNames of_rollouts{server, resources::kRollouts};

 private:
  void Own(const std::string& name, const ResourceId& kind) {
    Json rs = SampleReplicaSet("web", 14);
    rs["metadata"]["name"] = name;
    rs["metadata"]["annotations"] = {{"deployment.kubernetes.io/revision", "1"},
                                     {"windlass.dev/requested-template", "t-1"}};
    rs["metadata"]["ownerReferences"] = ControlledBy(*Find(kind, "web"));
    REQUIRE(server.Create("windlass", resources::kReplicaSets, "default", rs).ok());
  }

  int pods_ = 0;
};

TEST_CASE_METHOD(TwoOwners, "An owner is found by kind and uid") {
  const Object deployment = Find(resources::kDeployments, "web");
  const Object rollout = Find(resources::kRollouts, "web");
  CHECK(FindOwnerOf(server, *Find(resources::kReplicaSets, "a")) == deployment);
  CHECK(FindOwnerOf(server, *Find(resources::kReplicaSets, "b")) == rollout);
  CHECK(FindOwner(server, "default", UidOf(*deployment)) == deployment);
  CHECK(FindOwner(server, "default", UidOf(*rollout)) == rollout);
  CHECK(FindOwner(server, "default", "") == nullptr);
  Json orphan = *Find(resources::kReplicaSets, "a");
  orphan["metadata"]["ownerReferences"][0]["uid"] = "of a former Deployment";
  CHECK(FindOwnerOf(server, orphan) == nullptr);
  orphan["metadata"].erase("ownerReferences");
  CHECK(FindOwnerOf(server, orphan) == nullptr);
}

TEST_CASE_METHOD(TwoOwners, "A Rollout's template is compared with the server's defaults") {
  const Json& stored = At(*Find(resources::kReplicaSets, "b"), {"spec", "template"});
  CHECK(At(*Find(resources::kRollouts, "web"), {"spec", "template"}) != stored);
  CHECK(TemplateInReplicaSet(*Find(resources::kRollouts, "web")) == stored);
  CHECK(TemplateInReplicaSet(*Find(resources::kDeployments, "web")) == stored);
}

// 25 % of 10: 3 more, 2 fewer.
TEST_CASE_METHOD(TwoOwners, "A Rollout without limits has those of a Deployment") {
  for (const ResourceId& kind : kOwnerKinds) {
    const RolloutLimits limits = LimitsOf(*Find(kind, "web"));
    CHECK(limits.max_total() == 13);
    CHECK(limits.min_available() == 8);
  }
}

TEST_CASE_METHOD(TwoOwners, "Each owner has a limit of its own for live Pods (I-43)") {
  Make("a", 13);
  Make("b", 13);
  CHECK(wrong == "");
  Make("b", 1);
  CHECK(wrong.find("makes 14 live Pods of at most 13") != std::string::npos);
}

TEST_CASE_METHOD(TwoOwners, "Names and views are of one kind of owner") {
  CHECK(of_deployments.Shown("a") == "web/1");
  CHECK(of_rollouts.Shown("b") == "web/1");
  CHECK(of_deployments.OwnerOf("b") == "-");
  CHECK(of_rollouts.OwnerOf("a") == "-");
  CHECK(of_deployments.Find("web", "1") == Find(resources::kReplicaSets, "a"));
  CHECK(of_rollouts.Find("web", "1") == Find(resources::kReplicaSets, "b"));
  const std::vector<std::string> deployments = ScriptView(server, of_deployments).State();
  REQUIRE(deployments.size() == 2);
  CHECK(deployments[0].starts_with("deployment web observed=false replicas=0 "));
  CHECK(deployments[1].starts_with("replicaset web/1 image=registry.example/web:1 spec=14 "));
  const std::vector<std::string> rollouts = ScriptView(server, of_rollouts).State();
  REQUIRE(rollouts.size() == 5);
  CHECK(rollouts[0] == "annotation web deployment.kubernetes.io/revision=7");
  CHECK(rollouts[1] == "annotation web deprecated.deployment.rollback.to=3");
  CHECK(rollouts[2] == "condition web Progressing=Unknown DeploymentPaused");
  CHECK(rollouts[3].starts_with("deployment web observed=true replicas=10 "));
  CHECK(rollouts[4].starts_with("replicaset web/1 image=registry.example/web:1 spec=14 "));
}

}  // namespace
}  // namespace windlass::sim::owners_test
