// Patches that the API server accepts and does not keep, for example because an admission webhook
// changes them: they must not hold up a rollout.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns `write`, a patch that leaves the size alone. Returns nullopt if
//   - this sync has sent it: the API server did not keep it
//   - this sync has sent kPatchesOfOneReplicaSet patches of the same ReplicaSet: if the server
//     changes something else each time, no two of them are equal
// A change that a user makes is an event: it begins another sync, in which the count begins anew.
std::optional<Step> UnlessInVain(const Situation& situation, Write write);

}  // namespace windlass::workload
