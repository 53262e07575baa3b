// Recreate promises that Pods of two templates never run at once. A Pod that is updated in place
// has another template than its ReplicaSet, which would make a Pod of its own beside it if it grew.
// Example: one replica of app:1, which is patched to app:2 and scaled to 3 meanwhile. Two Pods of
// app:1 would come. Source: P-011, I-09.
#pragma once

#include <vector>

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Returns the ReplicaSets under Recreate that are smaller than the workload, with a Pod that has
// another template, terminating ones included, or whose container may still run the image of one.
// While Pods cannot be seen yet, that is every such ReplicaSet for which a rollout is under way; if
// a right to see them is missing, none (P-078). Without Recreate returns none.
std::vector<MixedReplicaSet> FindMixed(const workload::Situation& situation,
                                       const InPlace& in_place);

}  // namespace windlass::in_place
