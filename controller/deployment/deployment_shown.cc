// What the Deployment controller reports of itself: rights, readiness, metrics.
#include <initializer_list>
#include <utility>

#include "controller/deployment/deployment_controller.h"
#include "controller/in_place/watch/figures.h"

namespace windlass {

std::vector<NeededRight> DeploymentController::RightsNeeded() const {
  std::vector<NeededRight> rights;
  // Adds rights in the watched namespace. Rights to cluster-scoped resources have no namespace.
  const auto need = [&](const ResourceId& resource, const char* subresource,
                        std::initializer_list<const char*> verbs, bool in_place = false) {
    const std::string scope = resource.namespaced ? host_.informers().watched_namespace() : "";
    for (const char* verb : verbs) {
      NeededRight& right = rights.emplace_back();
      right.right = {verb, resource, subresource, scope, ""};
      if (!in_place) continue;
      right.manifest = "deploy/rbac-in-place.yaml";
      right.optional = true;
    }
  };
  need(resources::kDeployments, "", {"get", "list", "watch", "patch"});
  need(resources::kDeployments, "status", {"patch"});
  need(resources::kReplicaSets, "", {"get", "list", "watch", "create", "patch", "delete"});
  need(resources::kPods, "", {"list", "watch"});
  if (!in_place_.running()) return rights;
  need(resources::kPods, "", {"get", "patch"}, /*in_place=*/true);
  need(resources::kPods, "status", {"patch"}, /*in_place=*/true);
  need(resources::kPodDisruptionBudgets, "", {"list", "watch"}, /*in_place=*/true);
  need(resources::kNodes, "", {"list", "watch"}, /*in_place=*/true);
  return rights;
}

std::vector<std::string> DeploymentController::Troubles() const { return cache_.Troubles(); }

// Problems that affect only in-place updates. Every user who may annotate a Deployment can switch
// in-place updates on; that must not make Windlass not ready, nor block the rollout of its next
// version.
std::vector<std::string> DeploymentController::Notes() const { return in_place_.Troubles(); }

void DeploymentController::AddFigures(Figures& figures) const {
  figures.push_back({"windlass_stepped_back_total",
                     "Times a Deployment was left to another controller that writes its status.",
                     Figure::Counter{stepped_back_}});
  AddInPlaceFigures(observer_.Figures(), figures);
}

}  // namespace windlass
