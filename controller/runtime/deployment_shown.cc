// What the Deployment controller shows of itself: rights, readiness, figures.
#include <initializer_list>
#include <utility>

#include "controller/runtime/deployment_controller.h"
#include "controller/runtime/in_place_figures.h"

namespace windlass {

std::vector<NeededRight> DeploymentController::RightsNeeded() const {
  std::vector<NeededRight> rights;
  // In the namespace that is watched; what belongs to the cluster is asked for there.
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
  if (!cache_.in_place().running()) return rights;
  need(resources::kPods, "", {"get", "patch"}, /*in_place=*/true);
  need(resources::kPods, "status", {"patch"}, /*in_place=*/true);
  need(resources::kPodDisruptionBudgets, "", {"list", "watch"}, /*in_place=*/true);
  need(resources::kNodes, "", {"list", "watch"}, /*in_place=*/true);
  return rights;
}

std::vector<std::string> DeploymentController::Troubles() const { return cache_.Troubles(); }

// Everybody who may annotate a Deployment may ask for updates in place: what these lack must not
// take a Windlass out of service, nor hold up its next version.
std::vector<std::string> DeploymentController::Notes() const {
  return cache_.in_place().Troubles();
}

void DeploymentController::AddFigures(Figures& figures) const {
  figures.push_back({"windlass_stepped_back_total",
                     "Times a Deployment was left to another controller that writes its status.",
                     Figure::Counter{stepped_back_}});
  AddInPlaceFigures(in_place_.Figures(), figures);
}

}  // namespace windlass
