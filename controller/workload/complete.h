// Whether a rollout is complete, and whether it made progress. The functions look at nothing but
// the counters and the observed generation of a status.
#pragma once

#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns true if all wanted replicas are updated and available, no other replicas exist, and
// `status` observes the present generation (D-431).
bool DeploymentComplete(const Workload& workload, const WorkloadStatus& status);

// Returns true if `after` has more updated, ready or available Pods than `before`, or fewer old
// Pods (D-432).
bool DeploymentProgressing(const WorkloadStatus& before, const WorkloadStatus& after);

}  // namespace windlass::workload
