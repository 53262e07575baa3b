// Patches that the API server accepts and does not keep, for example because an admission webhook
// changes them: they must not hold up a rollout.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns `write`, a patch that leaves the size alone. Returns nullopt if this sync has sent it:
// then the server did not keep it. Also returns nullopt after kPatchesOfOneReplicaSet patches of
// the same ReplicaSet: if the server changes something else each time, no two patches are equal. If
// a user makes these changes, each is an event and begins another sync.
std::optional<Step> UnlessInVain(const Situation& situation, Write write);

}  // namespace windlass::workload
