// maxSurge and maxUnavailable of a Deployment, resolved to Pods. Source: D-250…D-255.
#pragma once

#include "controller/deployment/rolling.h"
#include "kubeclient/api/deployment.h"
#include "kubeclient/base/result.h"

namespace windlass::deployment {

// Resolves percentages of spec.replicas: surge rounds up, unavailable rounds down. If both resolve
// to 0, max_unavailable becomes 1, because a surge may be impossible under quota (D-251).
// max_unavailable is capped at replicas. Surge is not capped, and an absolute surge stays even if
// replicas is 0 (D-252, D-253). Example: 10 replicas, both 25 %: surge 3, max_unavailable 2. For
// strategies other than RollingUpdate both are 0.
//
// Returns kInvalid, naming the field, for a value that is neither a count nor a percentage (D-250,
// B-34).
Result<Fenceposts> ResolveFenceposts(const DeploymentSpec& spec);

}  // namespace windlass::deployment
