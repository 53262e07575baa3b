// A new leader patches ReplicaSets, so that late writes of the former leader to these ReplicaSets
// fail (L-012).
#pragma once

#include <string_view>
#include <vector>

#include "controller/workload/view.h"
#include "kubeclient/api/request.h"

namespace windlass {

// Returns a patch for each of these ReplicaSets that the workload in `view` owns:
//   - all of them, if the workload's latest generation is not observed;
//   - otherwise those with spec.replicas above 0, if there are at least two;
//   - otherwise none, because no rollout is under way.
// The patch sets the annotation windlass.dev/term to `term`. This raises the ReplicaSet's version.
// A late write names an older version, so the API server refuses it.
std::vector<Request> FenceReplicaSets(const View& view, std::string_view term);

}  // namespace windlass
