// Strategy Recreate promises that Pods of two templates never run at once. After an update in
// place, a Pod has another template than its ReplicaSet. If that ReplicaSet grew then, it would
// create Pods of its own template beside the updated Pod. Example: the only Pod of a workload is
// patched from app:1 to app:2, and meanwhile a user scales the workload to 3. The ReplicaSet would
// create two Pods with app:1. Source: P-011, I-09.
#pragma once

#include <vector>

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Under Recreate, returns each ReplicaSet that has fewer replicas than the workload, and owns a Pod
// for which one of these is true:
//   - The Pod has another template than its ReplicaSet. Windlass knows this from the Pod's state
//     annotation, or from our revision label together with the Pod's images. A Pod that was patched
//     to the other template counts even while it is terminating.
//   - The Pod has the template of its ReplicaSet, but a container may still run another image.
//     Example: the ReplicaSet has app:1, and the Pod was patched to app:2 and back to app:1. The
//     container may still run app:2.
// While Pods cannot be seen, returns instead
//   - each ReplicaSet that has fewer replicas than the workload and an in-place rollout under way
//     (IsUnderWay), if the Pods are still loading
//   - no ReplicaSet, if something keeps the Pods from loading, such as a missing right, or if the
//     policy of the workload is Disabled (P-078)
// With any other strategy, returns no ReplicaSet.
std::vector<MixedReplicaSet> FindMixed(const workload::Situation& situation,
                                       const InPlace& in_place);

}  // namespace windlass::in_place
