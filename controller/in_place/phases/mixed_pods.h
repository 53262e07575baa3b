// Recreate promises that Pods of two templates never run at once. A Pod that is updated in place
// has another template than its ReplicaSet. If the ReplicaSet grew, it would make Pods of its own
// template beside that Pod. Example: one replica of app:1 is patched to app:2, and the workload is
// scaled to 3 meanwhile. Two Pods of app:1 would come. Source: P-011, I-09.
#pragma once

#include <vector>

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Returns the ReplicaSets under Recreate that are smaller than the workload and have a Pod
//   - with another template; a terminating Pod counts, too
//   - with a container that may still run the image of another template
// While Pods cannot be seen yet, returns every smaller ReplicaSet for which a rollout is under way;
// none if a right to see Pods is missing, or the workload does not ask for updates in place
// (P-078). Returns none without Recreate.
std::vector<MixedReplicaSet> FindMixed(const workload::Situation& situation,
                                       const InPlace& in_place);

}  // namespace windlass::in_place
