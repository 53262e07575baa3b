// What the Deployment controller shows of itself: rights, readiness, informers, figures.
#include <initializer_list>
#include <iterator>
#include <utility>

#include "controller/runtime/deployment_controller.h"
#include "controller/runtime/in_place_figures.h"

namespace windlass {

std::vector<NeededRight> DeploymentController::RightsNeeded() const {
  const std::string& scope = host_.watched_namespace();
  std::vector<NeededRight> rights;
  const auto need = [&](const char* group, const char* resource, const char* subresource,
                        std::initializer_list<const char*> verbs) {
    for (const char* verb : verbs) {
      rights.push_back({{verb, group, resource, subresource, scope, ""}});
    }
  };
  need("apps", "deployments", "", {"get", "list", "watch", "patch"});
  need("apps", "deployments", "status", {"patch"});
  need("apps", "replicasets", "", {"get", "list", "watch", "create", "patch", "delete"});
  need("", "pods", "", {"list", "watch"});
  if (!cache_.in_place().running()) return rights;
  const auto may_lack = [&](Right right) {
    rights.push_back({std::move(right), "deploy/rbac-in-place.yaml", /*optional=*/true});
  };
  for (const char* verb : {"get", "patch"}) may_lack({verb, "", "pods", "", scope, ""});
  may_lack({"patch", "", "pods", "status", scope, ""});
  for (const char* verb : {"list", "watch"}) {
    may_lack({verb, "policy", "poddisruptionbudgets", "", scope, ""});
  }
  // Nodes belong to no namespace.
  for (const char* verb : {"list", "watch"}) may_lack({verb, "", "nodes", "", "", ""});
  return rights;
}

std::vector<std::string> DeploymentController::Troubles() const { return cache_.Troubles(); }

// Everybody who may annotate a Deployment may ask for updates in place: what these lack must not
// take a Windlass out of service, nor hold up its next version.
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
