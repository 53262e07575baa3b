// Finds out the state of the Pods of an in-place rollout: which Pods fail, which are patched next,
// which are drained, and which return to traffic. The phase of the rollout must be known before
// (find_rollout.h).
#pragma once

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Sets `in_place.pods`, and brings `in_place.look_again` forward if time alone may change what is
// found. Requires that the phase, host and configuration of `in_place` are set.
//
// Returns false, and sets nothing, if a template cannot be read, or if the text of the template
// that Pods are to get is not in memory.
//
// Returns true, and sets nothing
//   - in the phases none, replace and unknown, which do not examine Pods
//   - if the Pods cannot be seen
//   - if `in_place.pods` is set already
bool FindPods(const workload::Situation& situation, InPlace& in_place);

// Returns true if the template of some Pod differs from the wanted one only in labels or
// annotations. Such a Pod was patched earlier to the template of a ReplicaSet other than the host.
// Windlass patches no Pod for such a difference, so new Pods are needed (P-007). Requires `pods`,
// and the wanted template's text.
bool SomePodLacksOnlyMetadata(const workload::Situation& situation, const InPlace& in_place);

// Returns true if the last patch of `one` has failed, and the Pod has used up its time to recover
// (HasFailedForLong). It does not matter to which template the patch led. Returns false for an
// available Pod and for a Pod on a lost node.
bool FailsForLong(const workload::Situation& situation, const RolloutPod& one);

// Returns true if a Pod is being restarted by its patch, but still looks Ready. An ordinary rollout
// would count this Pod as available, and take down other Pods. Two kinds of Pods do not count:
//   - a Pod whose update fails, because it will not be Ready for long
//   - a Pod on a lost node
// Brings `look_again` forward to the time at which a counted Pod may count as failed, because no
// event reports that time.
bool LooksReadyInFlight(const workload::Situation& situation, InPlace& in_place);

}  // namespace windlass::in_place
