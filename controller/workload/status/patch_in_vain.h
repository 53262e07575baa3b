// Patches that the API server accepts and does not keep, for example because an admission webhook
// changes them. Such patches must not hold up a rollout.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns `write`, a patch that leaves the size alone. Returns nullopt if
//   - this sync has sent it: the API server did not keep it
//   - this sync has sent kPatchesOfOneReplicaSet patches of the same ReplicaSet: if the server
//     changes something else each time, no patch is equal to an earlier one, so the first rule does
//     not find them
// When a user changes the object, another sync begins and counts from 0.
std::optional<Step> UnlessInVain(const Situation& situation, Write write);

}  // namespace windlass::workload
