// Which ReplicaSets a new leader touches, so that late writes of the former leader to them fail
// (L-012).
#pragma once

#include <string_view>
#include <vector>

#include "controller/workload/view.h"
#include "kubeclient/api/request.h"

namespace windlass {

// Returns a patch for each ReplicaSet of the workload in `view` that must be touched:
//   - every owned ReplicaSet, if the generation is not observed;
//   - else the owned ReplicaSets with replicas, if there are several;
//   - else none, because no rollout is under way.
// The patch sets the annotation windlass.dev/term to `term`. This raises the ReplicaSet's version.
// A late write names an older version, so the API server refuses it.
std::vector<Request> FenceReplicaSets(const View& view, std::string_view term);

}  // namespace windlass
