// Finds Pods whose resize is refused or comes too late. Source: P-104.
#pragma once

#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/workload/situation.h"

namespace windlass::in_place {

// Finds out which resizes are not carried out. What follows depends on the phase:
//   - staged, policy IfPossible: new Pods are needed, so PodsInPlace::resize_refused is set.
//   - staged, any other policy: the Pod has failed.
//   - other phases: the rollout does not wait for the Pod. Its spec is right, and its kubelet
//     carries the resize out if there is room one day.
// In phase staged a Pod has failed in any case if its kubelet has accepted the resize, and has not
// carried it out for `timeout`. Brings `look_again` forward to the time at which that may be so.
// Reads `in_place`, so InPlaceOf(situation) need not be set yet.
void FindRefusedResizes(const workload::Situation& situation, seconds timeout, InPlace& in_place);

}  // namespace windlass::in_place
