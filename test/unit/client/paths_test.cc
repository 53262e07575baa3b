// Where resources live.
#include "kubeclient/client/paths.h"

#include <string>

#include "test/catch.h"

namespace windlass::paths_test {
namespace {

struct Row {
  std::string id;
  std::string path;
  std::string want;
};

TEST_CASE("a path follows from the resource, the namespace, the name and the subresource") {
  const ResourceId gadgets{"example.com", "v1beta1", "gadgets", "Gadget", /*namespaced=*/false};
  const Row row = GENERATE_COPY(values<Row>({
      {"group, all namespaces", ResourcePath(resources::kDeployments, "", ""),
       "/apis/apps/v1/deployments"},
      {"group, one namespace", ResourcePath(resources::kDeployments, "shop", ""),
       "/apis/apps/v1/namespaces/shop/deployments"},
      {"group, one object", ResourcePath(resources::kDeployments, "shop", "web"),
       "/apis/apps/v1/namespaces/shop/deployments/web"},
      {"group, subresource", ResourcePath(resources::kDeployments, "shop", "web", "status"),
       "/apis/apps/v1/namespaces/shop/deployments/web/status"},
      {"core, all namespaces", ResourcePath(resources::kPods, "", ""), "/api/v1/pods"},
      {"core, one object", ResourcePath(resources::kPods, "shop", "web-1"),
       "/api/v1/namespaces/shop/pods/web-1"},
      {"core, subresource", ResourcePath(resources::kPods, "shop", "web-1", "status"),
       "/api/v1/namespaces/shop/pods/web-1/status"},
      {"cluster, core", ResourcePath(resources::kNodes, "", ""), "/api/v1/nodes"},
      {"cluster, one object", ResourcePath(resources::kNodes, "", "n1"), "/api/v1/nodes/n1"},
      {"a Namespace itself", ResourcePath(resources::kNamespaces, "", "shop"),
       "/api/v1/namespaces/shop"},
      {"cluster, with a namespace", ResourcePath(resources::kNodes, "shop", "n1"),
       "/api/v1/nodes/n1"},
      {"cluster, group", ResourcePath(gadgets, "", "a", "scale"),
       "/apis/example.com/v1beta1/gadgets/a/scale"},
      {"no part breaks out of its segment", ResourcePath(resources::kPods, "a/b", "c?d#e%", "f/g"),
       "/api/v1/namespaces/a%2Fb/pods/c%3Fd%23e%25/f%2Fg"},
  }));
  CAPTURE(row.id);
  CHECK(row.path == row.want);
}

}  // namespace
}  // namespace windlass::paths_test
