// Whether a rollout is over, and whether it got on, by the counters of a status alone.
#pragma once

#include "controller/workload.h"

namespace windlass::deployment {

// All wanted replicas are updated and available, none are left over, and `status` speaks of the
// present generation (D-431).
bool DeploymentComplete(const Workload& workload, const WorkloadStatus& status);

// Updated, ready or available Pods were gained, or old ones went (D-432).
bool DeploymentProgressing(const WorkloadStatus& before, const WorkloadStatus& after);

}  // namespace windlass::deployment
