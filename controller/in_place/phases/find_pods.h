// The state of the Pods of an in-place rollout, once the rollout is known: which Pods fail, which
// are patched next, which are drained or returned to traffic.
#pragma once

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Sets `pods` of `in_place` and all members that follow from `pods`. Requires that the phase, host
// and configuration of `in_place` are set. Returns false, and sets nothing, if a template cannot be
// read or the text of the template that Pods are to get is not in memory. Does nothing and returns
// true if the phase has no Pods of its own, if the Pods cannot be seen, or if `pods` is set
// already.
bool FindPods(const workload::Situation& situation, InPlace& in_place);

// Returns true if some Pod was patched to an earlier target, and a patch to the wanted template
// would change only labels or annotations of that Pod. That patch would not restart the Pod, so new
// Pods are needed (P-007). Requires `pods`, and the text of the wanted template.
bool SomePodLacksOnlyMetadata(const workload::Situation& situation, const InPlace& in_place);

// Returns true if the last patch of Pod `i` has failed, whichever template it brought, and the Pod
// has not recovered within the time of HasFailedForLong. Returns false for a Pod on a lost node.
// Requires `pods`.
bool FailsForLong(const workload::Situation& situation, const InPlace& in_place, size_t i);

// Returns true if a Pod that is being restarted is Ready according to the API. An ordinary rollout
// would count such a Pod as available, and take down other Pods beside it. A Pod whose update fails
// does not count: it will not be Ready for long. Nor does a Pod on a lost node. Also sets
// `look_again` so that the sync looks again when time alone may turn such a Pod into a failed one.
bool LooksReadyInFlight(const workload::Situation& situation, InPlace& in_place);

}  // namespace windlass::in_place
