// Patches that the API server accepts and does not keep, for example because an admission webhook
// changes them. Such patches must not hold up a rollout.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns `write`, a patch that leaves the size alone. Returns nullopt if
//   - this sync has sent it: the API server did not keep it
//   - this sync has sent kPatchesOfOneReplicaSet patches of the same ReplicaSet: a server that
//     changes something else each time makes every patch differ, so the first rule does not apply
// A change by a user begins another sync, which counts from 0.
std::optional<Step> UnlessInVain(const Situation& situation, Write write);

}  // namespace windlass::workload
