// Strategy Recreate promises that Pods of two templates never run at once. A Pod that is updated in
// place has another template than its ReplicaSet. If the ReplicaSet grew, it would create Pods of
// its own template beside that Pod. Example: the only Pod of a workload is patched from app:1 to
// app:2, and meanwhile a user scales the workload to 3. The ReplicaSet would create two Pods with
// app:1. Source: P-011, I-09.
#pragma once

#include <vector>

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Returns the ReplicaSets under Recreate that have fewer replicas than the workload and have a Pod
//   - that has another template, as its state shows, or our label and its images. A terminating Pod
//     counts, too
//   - that has a container which may still run the image of another template
// While Pods cannot be seen yet, returns every smaller ReplicaSet for which a rollout is under way.
// Returns an empty list if a right to see Pods is missing, or the workload does not ask for updates
// in place (P-078), or does not have strategy Recreate.
std::vector<MixedReplicaSet> FindMixed(const workload::Situation& situation,
                                       const InPlace& in_place);

}  // namespace windlass::in_place
