// Which missing rights make Windlass not ready, and which are only shown.
#include "cmd/windlass/readiness.h"

#include <string>
#include <vector>

#include "kubeclient/api/resource_id.h"
#include "test/catch.h"
#include "test/proves.h"

namespace windlass::readiness_test {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("a missing right is a reason, or a note where it is optional") {
  const bool optional = GENERATE(false, true);
  const NeededRight needed{
      {"patch", resources::kPods, "status", "shop", ""}, "deploy/some.yaml", optional};
  const Lines line = {"missing right: " + needed.right.ToString() +
                      "; apply again the manifests that installed Windlass, or give this user the "
                      "rules of deploy/some.yaml"};
  Readiness readiness;
  readiness.AddMissing(needed);
  CHECK(readiness.reasons == (optional ? Lines{} : line));
  CHECK(readiness.notes == (optional ? line : Lines{}));
}

// What three controllers lack, and what /readyz makes of it. "deployment" holds readiness.
struct Row {
  std::vector<std::string> barred;  // lack a right that is not optional; "" is the process
  Lines reasons;
  Lines notes;
};

std::string Lacks(const std::string& what) {
  return "missing right: patch " + what +
         " in all namespaces; apply again the manifests that installed Windlass, or give this user "
         "the rules of rbac.yaml";
}

TEST_CASE("a controller that lacks a right holds up no other, unless it holds readiness (BI-21)") {
  const Row row = GENERATE(values<Row>({
      {{}, {"d waits", "r waits", "n waits"}, {}},
      {{"rollout"}, {"d waits", "n waits"}, {"rollout: " + Lacks("rollouts"), "rollout: r waits"}},
      {{"rollout", "node"},
       {"d waits"},
       {"rollout: " + Lacks("rollouts"), "node: " + Lacks("nodes"), "rollout: r waits",
        "node: n waits"}},
      {{"deployment"}, {Lacks("deployments"), "d waits", "r waits", "n waits"}, {}},
      {{"deployment", "rollout"},
       {Lacks("deployments"), "d waits", "n waits"},
       {"rollout: " + Lacks("rollouts"), "rollout: r waits"}},
      {{"deployment", "rollout", "node"},
       {Lacks("deployments"), Lacks("rollouts"), Lacks("nodes"), "d waits", "r waits", "n waits"},
       {}},
      {{""}, {Lacks("leases"), "d waits", "r waits", "n waits"}, {}},
      {{"rollout", ""},
       {Lacks("leases"), "d waits", "n waits"},
       {"rollout: " + Lacks("rollouts"), "rollout: r waits"}},
  }));
  const std::vector<ControllerCondition> controllers = {
      {"deployment", true, {"d waits"}, {"d notes"}},
      {"rollout", false, {"r waits"}, {}},
      {"node", false, {"n waits"}, {"n notes"}}};
  static constexpr ResourceId kRollouts{"", "v1", "rollouts", "Rollout"};
  static constexpr ResourceId kDeployments{"", "v1", "deployments", "Deployment"};
  static constexpr ResourceId kNodes{"", "v1", "nodes", "Node"};
  static constexpr ResourceId kLeases{"", "v1", "leases", "Lease"};
  std::vector<NeededRight> missing;
  for (const std::string& name : row.barred) {
    const ResourceId& resource = name == "deployment" ? kDeployments
                                 : name == "rollout"  ? kRollouts
                                 : name == "node"     ? kNodes
                                                      : kLeases;
    missing.push_back({{"patch", resource, "", "", ""}, "rbac.yaml", false, name});
  }
  // An optional right bars nobody.
  missing.push_back({{"patch", kNodes, "status", "", ""}, "rbac.yaml", true, "node"});
  const Readiness readiness = ReadinessOf(controllers, missing);
  CHECK(readiness.reasons == row.reasons);
  Lines notes = readiness.notes;
  for (const std::string& always :
       {Lacks("nodes/status"), std::string("d notes"), std::string("n notes")}) {
    CHECK(std::erase(notes, always) == 1);
  }
  CHECK(notes == row.notes);
}

TEST_CASE("a controller that is alone holds readiness, whatever it says (BI-21)") {
  static constexpr ResourceId kNodes{"", "v1", "nodes", "Node"};
  const std::vector<NeededRight> missing = {
      {{"patch", kNodes, "", "", ""}, "rbac.yaml", false, "node"}};
  const Readiness readiness = ReadinessOf({{"node", false, {"n waits"}, {}}}, missing);
  CHECK(readiness.reasons == Lines{Lacks("nodes"), "n waits"});
  CHECK(readiness.notes.empty());
}

TEST_CASE("a controller whose resource is not served holds up no other") {
  const std::string why = "rollouts.windlass.dev is not served: kubectl apply …";
  const ControllerCondition deployment{"deployment", true, {}, {}};
  const ControllerCondition rollout{"rollout", false, {why}, {}, /*waits_for_api=*/true};
  const Readiness both = ReadinessOf({deployment, rollout}, {});
  CHECK(both.reasons.empty());
  CHECK(both.notes == Lines{"rollout: " + why});
  CHECK(ReadinessOf({rollout}, {}).reasons == Lines{why});

  static constexpr ResourceId kDeployments{"", "v1", "deployments", "Deployment"};
  const std::vector<NeededRight> missing = {
      {{"patch", kDeployments, "", "", ""}, "rbac.yaml", false, "deployment"}};
  const Readiness neither = ReadinessOf({deployment, rollout}, missing);
  CHECK(neither.reasons == Lines{Lacks("deployments"), why});
  CHECK(neither.notes.empty());
  Proves("RO-100");
}

TEST_CASE("/readyz says ok, or every reason, and every note with either") {
  CHECK(ReadyzText({}) == "ok\n");
  CHECK(ReadyzText({{}, {"no nodes", "no budgets"}}) == "ok\nnote: no nodes\nnote: no budgets\n");
  CHECK(ReadyzText({{"stopping"}, {}}) == "stopping\n");
  CHECK(ReadyzText({{"starting", "stopping"}, {"no nodes"}}) ==
        "starting\nstopping\nnote: no nodes\n");
}

}  // namespace
}  // namespace windlass::readiness_test
