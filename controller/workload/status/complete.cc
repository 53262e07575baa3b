#include "controller/workload/status/complete.h"

#include <cstdint>

#include "controller/workload/conditions.h"

namespace windlass::workload {

bool DeploymentComplete(const Workload& workload, const WorkloadStatus& status) {
  const int32_t wanted = workload.replicas;
  return status.updated_replicas == wanted && status.replicas == wanted &&
         status.available_replicas == wanted &&
         status.observed_generation >= workload.meta.generation;
}

bool WasRolledOut(const Workload& workload) {
  const WorkloadStatus& status = workload.status;
  if (status.observed_generation < workload.meta.generation) return false;
  const Condition* progressing = FindCondition(status.conditions, kProgressing);
  if (progressing != nullptr && progressing->reason == kAvailableReason) return true;
  return status.replicas > 0 && status.updated_replicas == status.replicas;
}

bool DeploymentProgressing(const WorkloadStatus& before, const WorkloadStatus& after) {
  const auto old_pods = [](const WorkloadStatus& status) {
    return int64_t{status.replicas} - status.updated_replicas;
  };
  return after.updated_replicas > before.updated_replicas || old_pods(after) < old_pods(before) ||
         after.ready_replicas > before.ready_replicas ||
         after.available_replicas > before.available_replicas;
}

}  // namespace windlass::workload
