// An apps/v1 Deployment as a workload: how a Workload is made from the stored object, and what only
// Deployments have: the layout of the status, the rollback annotation (rollback_annotation.h),
// settings that are annotations, and the names that users read.
#pragma once

#include "controller/workload/workload.h"
#include "kubeclient/api/deployment.h"

namespace windlass::deployment {

// The policies of Deployments.
class DeploymentKind final : public WorkloadKind {
 public:
  const ResourceId& resource() const override { return resources::kDeployments; }
  std::string_view noun() const override { return "deployment"; }
  bool IsStored(const Workload& workload, const StatusDraft& draft) const override;
  bool HasStrayNotes(const Workload& workload) const override;
  Request WriteStatus(const Workload& workload, const StatusDraft& draft) const override;
  Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                           const ReplicaSet& target,
                           const std::string& template_json) const override;
  Request ClearRollback(const Workload& workload) const override;
  // Returns a command line of `kubectl rollout undo`.
  std::string WayBackTo(const Workload& workload, std::string_view revision) const override;
  bool MirrorsSettings() const override { return true; }
  SettingPlace PlaceOf(std::string_view key) const override;
};

// Returns the workload made from `deployment`. Both arguments must outlive the workload.
Workload AsWorkload(const DeploymentKind& kind, const Deployment& deployment);

}  // namespace windlass::deployment
