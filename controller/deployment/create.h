// Creating the new ReplicaSet, and what to do when the server says no. Source: D-170…D-182.
// What a name that is taken means is in collision.h.
#pragma once

#include <optional>

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// The next step towards a new ReplicaSet, of `replicas` or of the size that is due (D-182).
// Requires that there is none.
Step CreateNewReplicaSet(const Situation& situation, std::optional<int32_t> replicas = {});

}  // namespace windlass::deployment
