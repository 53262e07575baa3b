// Creating the new ReplicaSet, and what to do when the API server refuses. Source: D-170…D-182.
// collision.h handles names that are taken.
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the next step towards a new ReplicaSet of size `replicas`, by default the size that is
// due (D-182). Requires that there is no new ReplicaSet yet.
Step CreateNewReplicaSet(const Situation& situation, std::optional<int32_t> replicas = {});

// Returns the step that tells why the new ReplicaSet cannot be made, if that is known without
// asking the API server: the workload's selector cannot match it. Returns nullopt otherwise. Asked
// before anything is taken away to make room for it.
std::optional<Step> RefuseImpossible(const Situation& situation);

// Returns true if there is no new ReplicaSet because the API server refused, in this sync, to
// create it, such as for a quota, or because it cannot be made (RefuseImpossible). A lost reply is
// no refusal, nor is a server or a webhook in trouble.
bool IsCreateRefused(const Situation& situation);

}  // namespace windlass::workload
