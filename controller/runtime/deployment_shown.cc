// What the Deployment controller reports of itself: rights, readiness, informers, metrics.
#include <initializer_list>
#include <iterator>
#include <utility>

#include "controller/runtime/deployment_controller.h"
#include "controller/runtime/in_place_figures.h"

namespace windlass {

std::vector<NeededRight> DeploymentController::RightsNeeded() const {
  std::vector<NeededRight> rights;
  // Adds rights in the watched namespace. Rights to cluster-scoped resources have no namespace.
  const auto need = [&](const ResourceId& resource, const char* subresource,
                        std::initializer_list<const char*> verbs, bool in_place = false) {
    const std::string scope = resource.namespaced ? host_.watched_namespace() : "";
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

// Problems that affect only in-place updates. Every user who may annotate a Deployment can switch
// in-place updates on; that must not make Windlass not ready, nor block the rollout of its next
// version.
std::vector<std::string> DeploymentController::Notes() const {
  return cache_.in_place().Troubles();
}

std::vector<InformerSnapshot> DeploymentController::Informers() const {
  const MonotonicTime now = host_.environment().clock.Now();
  std::vector<InformerSnapshot> shown;
  shown.push_back(SnapshotOf("deployments", cache_.deployments(), cache_.deployments_audit(), now));
  shown.push_back(
      SnapshotOf("replicasets", cache_.replica_sets(), cache_.replica_sets_audit(), now));
  if (cache_.watches_pods()) {
    shown.push_back(SnapshotOf("pods", cache_.pods(), cache_.pods_audit(), now));
  }
  const InPlaceCache& in_place = cache_.in_place();
  if (!in_place.running()) return shown;
  shown.push_back(SnapshotOf("whole_pods", in_place.pods(), in_place.pods_audit(), now));
  shown.push_back(SnapshotOf("nodes", in_place.nodes(), in_place.nodes_audit(), now));
  shown.push_back(
      SnapshotOf("poddisruptionbudgets", in_place.budgets(), in_place.budgets_audit(), now));
  return shown;
}

void DeploymentController::AddFigures(Figures& figures) const {
  figures.push_back({"windlass_stepped_back_total",
                     "Times a Deployment was left to another controller that writes its status.",
                     Figure::Counter{stepped_back_}});
  AddInPlaceFigures(in_place_.Figures(), figures);
}

}  // namespace windlass
