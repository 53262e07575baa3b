// An apps/v1 Deployment as a workload: how the value is made from the stored object, and what only
// Deployments have. These are the layout of the status, the rollback annotation, settings that are
// annotations, and the names users read.
#pragma once

#include "controller/workload.h"
#include "kubeclient/api/deployment.h"

namespace windlass::deployment {

// The policies of Deployments.
const WorkloadKind& DeploymentKind();

// `deployment` must outlive the value.
Workload AsWorkload(const Deployment& deployment);

}  // namespace windlass::deployment
