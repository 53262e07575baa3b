// The state of the Pods of an in-place rollout, once the rollout is known: which Pods fail, which
// are patched next, which are drained or returned to traffic.
#pragma once

#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Sets `pods` of `in_place` and all that follows from it. Requires its phase, host and
// configuration. Does nothing if the phase has no Pods of its own, if the Pods cannot be seen, or
// if `pods` is set already. Returns false if a template cannot be read, or the text of the wanted
// one is not kept yet: then nothing about the Pods is known.
bool FindPods(const workload::Situation& situation, InPlace& in_place);

// Returns true if some Pod was patched to an earlier target, and a patch to the wanted template
// would change nothing but its labels or annotations. That patch would not restart the Pod, so new
// Pods are needed (P-007). Requires `pods`, and the text of that template.
bool SomePodLacksOnlyMetadata(const workload::Situation& situation, const InPlace& in_place);

// Returns true if the API reports a Pod as Ready that is being restarted. An ordinary rollout would
// believe that, and take down other Pods beside it. A Pod whose update fails does not count: it
// will not be Ready for long. Sets `look_again` to when time alone makes it fail.
bool LooksReadyInFlight(const workload::Situation& situation, InPlace& in_place);

}  // namespace windlass::in_place
