// The Pods that a Rollout's step has brought to the new revision: why one of them is not available.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cmd/kubectl-windlass/requests.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// Reads the ReplicaSets of `rollout` and the Pods of `revision`. Returns the worst one's name and
// cause: "web-2-a: web: ImagePullBackOff: no such tag (and 2 more)". Without such a Pod, returns
// why their ReplicaSet cannot make any. Returns "" if nothing is wrong with them.
Result<std::string> WhyNotAvailable(Session& session, const Json& rollout,
                                    const std::string& namespace_, int64_t revision);

}  // namespace windlass::cli
