#include "controller/deployment/deployment_complete.h"

#include <cstdint>

namespace windlass::deployment {

bool DeploymentComplete(const Deployment& deployment, const DeploymentStatus& status) {
  const int32_t wanted = deployment.spec.replicas;
  return status.updated_replicas == wanted && status.replicas == wanted &&
         status.available_replicas == wanted &&
         status.observed_generation >= deployment.meta.generation;
}

bool DeploymentProgressing(const DeploymentStatus& before, const DeploymentStatus& after) {
  const auto old_pods = [](const DeploymentStatus& status) {
    return int64_t{status.replicas} - status.updated_replicas;
  };
  return after.updated_replicas > before.updated_replicas || old_pods(after) < old_pods(before) ||
         after.ready_replicas > before.ready_replicas ||
         after.available_replicas > before.available_replicas;
}

}  // namespace windlass::deployment
