// Which ReplicaSets a new leader patches, so that late writes of the former leader to them fail
// (L-012, runtime/term_fence.h).
#pragma once

#include <string_view>
#include <vector>

#include "controller/workload/view.h"
#include "kubeclient/api/request.h"

namespace windlass::workload {

// Returns a patch for each ReplicaSet that a late write of the former leader may scale. The patch
// sets the annotation windlass.dev/term to `term`. This raises the ReplicaSet's version. A late
// write names an older version, so the API server refuses it.
//
// Returns no patch for a workload at rest: its latest generation is observed, and the sizes of its
// ReplicaSets show that all its Pods have the wanted revision. So 20,000 Deployments at rest cost a
// new leader no write.
std::vector<Request> FenceReplicaSets(const View& view, std::string_view term);

}  // namespace windlass::workload
