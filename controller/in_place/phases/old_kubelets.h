// Handles Pods that got their node after the rollout was decided, and whose kubelet is too old to
// restart the sidecars that the rollout changes. Source: P-006.
#pragma once

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Sets PodVerdict::old_kubelet of each Pod of `in_place.pods` whose kubelet is too old for a patch.
// If there are more such Pods than the partition keeps old, describes one in
// `in_place.pods->failing`, unless that is set already. Example: partition 1, 3 such Pods: one may
// stay old, so the second is described. Leaves FailingPods::of_template false.
// Reads `in_place`, so InPlaceOf(situation) need not be set yet.
void LeaveOutOldKubelets(const workload::Situation& situation, InPlace& in_place);

}  // namespace windlass::in_place
