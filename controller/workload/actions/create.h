// Creating the new ReplicaSet, and what to do when the API server refuses. Source: D-170…D-182.
// collision.h handles names that are taken.
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the next step towards a new ReplicaSet. Its size is `replicas`, or less if there is less
// room (room_to_grow.h). If `replicas` is nullopt, the size is that of PartsOfNewReplicaSet
// (D-182). Requires that there is no new ReplicaSet yet.
Step CreateNewReplicaSet(const Situation& situation, std::optional<int32_t> replicas = {});

// Call this before Pods are removed to make room for the new ReplicaSet. Returns
//   - if parts of the workload must be read first: the step of ReadOwnParts (uncached_parts.h)
//   - if no ReplicaSet can be made, because the workload's selector does not match the label
//     pod-template-hash: the step that reports this
//   - otherwise nullopt
std::optional<Step> RefuseImpossible(const Situation& situation);

// Returns true if there is no new ReplicaSet for one of these reasons:
//   - The API server refused to create it in this sync, for example because of a quota. A lost
//     reply is not a refusal, and neither is a failure of the server or of a webhook.
//   - The template has been read, and shows that no ReplicaSet can be made (RefuseImpossible).
bool IsCreateRefused(const Situation& situation);

}  // namespace windlass::workload
