// An apps/v1 Deployment as a workload: how a Workload is made from the stored object, and what
// Deployments do in their own way:
//   - the layout of the status
//   - the rollback annotation (rollback_annotation.h)
//   - annotations as settings of updates in place
//   - the names and commands in messages to users
#pragma once

#include "controller/workload/workload_kind.h"
#include "kubeclient/api/deployment.h"

namespace windlass::deployment {

// What differs between Deployments and other kinds.
class DeploymentKind final : public WorkloadKind {
 public:
  const KindTraits& traits() const override;
  bool IsStored(const Workload& workload, const StatusDraft& draft) const override;
  Request WriteStatus(const Workload& workload, const StatusDraft& draft) const override;
  bool HasStrayNotes(const Workload& workload) const override;
  Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                           const ReplicaSet& target,
                           const std::string& template_json) const override;
  Request ClearRollback(const Workload& workload) const override;
  SettingPlace PlaceOf(std::string_view key) const override;
  // Returns a command line of `kubectl rollout undo`.
  std::string WayBackTo(const Workload& workload, std::string_view revision) const override;
};

// Returns the workload made from `deployment`. Both arguments must outlive the workload.
Workload AsWorkload(const DeploymentKind& kind, const Deployment& deployment);

}  // namespace windlass::deployment
