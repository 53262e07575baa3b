// Which ReplicaSets a late write of a former leader could change while the new leader changes
// others (L-012).
#pragma once

#include <string_view>
#include <vector>

#include "controller/workload/view.h"
#include "kubeclient/api/request.h"

namespace windlass {

// Returns a patch for each ReplicaSet of the workload in `view` that must be touched:
//   - every owned ReplicaSet, if the generation is not observed;
//   - else the owned ReplicaSets with replicas, if there are several;
//   - else none: the workload is at rest.
// The patch sets the annotation windlass.dev/term to `term`. This costs at most one patch for each
// ReplicaSet and take-over.
std::vector<Request> FenceReplicaSets(const View& view, std::string_view term);

}  // namespace windlass
