// Strategy Recreate promises that Pods of two templates never run at once. So a ReplicaSet must not
// grow while one of its Pods has another template. Example: the only Pod is patched from app:1 to
// app:2, and a user scales the workload to 3. The ReplicaSet would create two Pods with app:1.
// Source: P-011, I-09.
#pragma once

#include <vector>

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Under Recreate, returns each ReplicaSet that has fewer replicas than the workload, and owns a Pod
// that
//   - has another template, by its state annotation or its images
//   - is terminating, and was patched to another template
//   - has the ReplicaSet's template, but may run another image. Example: the Pod was patched from
//     app:1 to app:2 and back, and may still run app:2.
//
// Under any other strategy, returns none. Under Recreate, while Pods cannot be seen:
//   - policy Disabled (P-078), or something such as a missing right keeps Pods from loading: none
//   - Pods are loading: each ReplicaSet that is smaller than the workload, and has an in-place
//     rollout or exchange under way (IsUnderWay)
std::vector<MixedReplicaSet> FindMixed(const workload::Situation& situation,
                                       const InPlace& in_place);

}  // namespace windlass::in_place
