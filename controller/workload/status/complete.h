// Whether a rollout is complete, and whether it made progress. The functions judge by a status: its
// counters, its observed generation and, in WasRolledOut, its condition Progressing.
#pragma once

#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns true if all wanted replicas are updated and available, no other replicas exist, and
// `status` observes the present generation (D-431).
bool DeploymentComplete(const Workload& workload, const WorkloadStatus& status);

// Returns true if the stored status says that the present generation was rolled out to all Pods.
// These Pods may be unavailable or lost since. The status says so in two cases:
//   - Progressing says "complete", which stays when Pods are lost later
//   - there are Pods, and all of them are updated. 0 Pods prove nothing: all old Pods may have been
//     lost before a new template got a ReplicaSet
bool WasRolledOut(const Workload& workload);

// Returns true if `after` has more updated, ready or available Pods than `before`, or fewer old
// Pods (D-432).
bool DeploymentProgressing(const WorkloadStatus& before, const WorkloadStatus& after);

}  // namespace windlass::workload
