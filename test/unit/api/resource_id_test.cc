// A resource as a value: what follows from it, and when two are the same.
#include "kubeclient/api/resource_id.h"

#include <string>

#include "test/catch.h"

namespace windlass::resource_id_test {
namespace {

TEST_CASE("an apiVersion is group and version, or the version alone in the core group") {
  struct Row {
    ResourceId resource;
    std::string want;
  };
  const Row row = GENERATE(values<Row>({
      {resources::kDeployments, "apps/v1"},
      {resources::kReplicaSets, "apps/v1"},
      {resources::kReplicationControllers, "v1"},
      {resources::kHorizontalPodAutoscalers, "autoscaling/v2"},
      {resources::kPods, "v1"},
      {resources::kEvents, "v1"},
      {resources::kLeases, "coordination.k8s.io/v1"},
      {resources::kNamespaces, "v1"},
      {resources::kNodes, "v1"},
      {resources::kConfigMaps, "v1"},
      {resources::kPodDisruptionBudgets, "policy/v1"},
      {resources::kCustomResourceDefinitions, "apiextensions.k8s.io/v1"},
      {resources::kSelfSubjectAccessReviews, "authorization.k8s.io/v1"},
  }));
  CAPTURE(row.resource.plural);
  CHECK(row.resource.GroupVersion() == row.want);
}

TEST_CASE("two resources are the same when all of their parts are") {
  CHECK(resources::kPods == ResourceId{"", "v1", "pods", "Pod"});
  CHECK_FALSE(resources::kPods == resources::kNodes);
  CHECK_FALSE(resources::kDeployments == resources::kReplicaSets);
  CHECK_FALSE(resources::kDeployments == ResourceId{"apps", "v2", "deployments", "Deployment"});
  CHECK_FALSE(resources::kDeployments ==
              ResourceId{"example.com", "v1", "deployments", "Deployment"});
  CHECK_FALSE(resources::kDeployments == ResourceId{});
}

TEST_CASE("what every API server serves has no manifest") {
  CHECK(resources::kDeployments.manifest.empty());
  CHECK(resources::kLeases.manifest.empty());
}

TEST_CASE("Namespaces, Nodes and access reviews belong to the cluster") {
  CHECK_FALSE(resources::kNamespaces.namespaced);
  CHECK_FALSE(resources::kNodes.namespaced);
  CHECK_FALSE(resources::kCustomResourceDefinitions.namespaced);
  CHECK_FALSE(resources::kSelfSubjectAccessReviews.namespaced);
  CHECK(resources::kPods.namespaced);
  CHECK(resources::kPodDisruptionBudgets.namespaced);
  CHECK(resources::kConfigMaps.namespaced);
}

}  // namespace
}  // namespace windlass::resource_id_test
