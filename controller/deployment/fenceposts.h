// maxSurge and maxUnavailable of a Deployment, resolved to Pods. Source: D-250…D-255.
#pragma once

#include "controller/deployment/rolling.h"
#include "kubeclient/api/deployment.h"
#include "kubeclient/base/result.h"

namespace windlass::deployment {

// Percentages of spec.replicas: surge rounds up, unavailable down. Both resolving to zero makes
// max_unavailable 1, because a surge may be impossible under quota (D-251). max_unavailable is
// capped at replicas; surge is not, nor is an absolute surge zeroed when replicas is 0 (D-252,
// D-253). All zero for other strategies than RollingUpdate.
//
// Error kInvalid, naming the field, for a value that is no count and no percentage (D-250, B-34).
Result<Fenceposts> ResolveFenceposts(const DeploymentSpec& spec);

}  // namespace windlass::deployment
