// Whether a rollout is over, and whether it got on, by the counters of a status alone.
#pragma once

#include "kubeclient/api/deployment.h"

namespace windlass::deployment {

// All wanted replicas are updated and available, none are left over, and `status` speaks of the
// present generation (D-431).
bool DeploymentComplete(const Deployment& deployment, const DeploymentStatus& status);

// Updated, ready or available Pods were gained, or old ones went (D-432).
bool DeploymentProgressing(const DeploymentStatus& before, const DeploymentStatus& after);

}  // namespace windlass::deployment
