// An apps/v1 Deployment as a workload: how a Workload is made from the stored object, and what only
// Deployments have: the layout of the status, the rollback annotation (rollback_annotation.h),
// settings that are annotations, and the names that users read.
#pragma once

#include "controller/workload/workload.h"
#include "kubeclient/api/deployment.h"

namespace windlass::deployment {

// Returns the policies of Deployments.
const WorkloadKind& DeploymentKind();

// Returns the workload made from `deployment`, which must outlive the workload.
Workload AsWorkload(const Deployment& deployment);

}  // namespace windlass::deployment
