// Handles Pods that got their node after the rollout was decided, and whose kubelet is too old to
// restart the sidecars that the rollout changes. Source: P-006.
#pragma once

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Sets PodVerdict::old_kubelet of each Pod of `in_place.pods` that must not be patched because its
// kubelet is too old. As many of these Pods as the partition keeps on the old revision do no harm.
// If there are more, describes the first of the surplus Pods in `in_place.pods->failing`, unless
// `failing` is set already. Example: partition 1, 3 such Pods: describes the second Pod. Reads
// `in_place`, so InPlaceOf(situation) need not be set yet.
void LeaveOutOldKubelets(const workload::Situation& situation, InPlace& in_place);

}  // namespace windlass::in_place
