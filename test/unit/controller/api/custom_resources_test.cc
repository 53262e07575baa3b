// Windlass' own resources: where they are served, and what makes the API server serve them.
#include "controller/api/custom_resources.h"

#include "test/catch.h"

namespace windlass::custom_resources_test {
namespace {

TEST_CASE("what a CustomResourceDefinition makes has a manifest") {
  CHECK(resources::kRollouts.manifest == "crds/windlass.dev_rollouts.yaml");
  CHECK(resources::kReplicationControllerUpdates.manifest ==
        "crds/windlass.dev_replicationcontrollerupdates.yaml");
  for (const ResourceId& resource :
       {resources::kRollouts, resources::kReplicationControllerUpdates}) {
    CAPTURE(resource.plural);
    CHECK(resource.GroupVersion() == "windlass.dev/v1alpha1");
    CHECK(resource.namespaced);
  }
}

}  // namespace
}  // namespace windlass::custom_resources_test
