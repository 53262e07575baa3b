// What `kubectl rollout undo` sends (D-624).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "test/sim/object.h"

namespace windlass::sim {

// Returns the revision annotation; 0 if there is none.
int64_t RevisionOfRollout(const Json& object);

// Returns a JSON patch that replaces template and annotations of a Deployment by those of the
// ReplicaSet with `to_revision`, or with the second highest revision. Returns null if there is no
// such ReplicaSet, or its template is the present one. For a Rollout the patch only tells which
// template an undo would bring: a user sets spec.rollbackTo instead.
Json UndoPatch(const Json& owner, const std::vector<Object>& replica_sets,
               std::optional<int64_t> to_revision);

// Returns a merge patch that asks a Rollout for a rollback; 0 means the revision before.
Json RollbackToPatch(int64_t to_revision);

}  // namespace windlass::sim
