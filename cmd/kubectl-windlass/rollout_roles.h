// Which ReplicaSet of a Rollout is which: the one of the stable revision, the one of the template
// that the spec asks for, and the one that a rollback without a revision goes back to.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "cmd/kubectl-windlass/json_fields.h"

namespace windlass::cli {

struct RolloutRoles {
  // The ReplicaSet of status.stableRevision. It may have got another number since: an abort gives
  // it the highest one. Null if there is none, or it was deleted.
  const Json* stable = nullptr;
  // The ReplicaSet of spec.template; null if there is none. During an abort no Pod gets that
  // template.
  const Json* asked_for = nullptr;
};

// `replica_sets`: those that the Rollout owns.
RolloutRoles RolesOf(const Json& rollout, const std::vector<const Json*>& replica_sets);

// Returns true if the ReplicaSet had that number before it got another one.
bool HadRevision(const Json& replica_set, int64_t revision);

// Returns true if the ReplicaSet was complete once. The note "7/5d9dc68fdf" must end with the
// ReplicaSet's own pod-template-hash: otherwise it was copied from another ReplicaSet.
bool WasComplete(const Json& replica_set);

// Returns the ReplicaSet that spec.rollbackTo without a revision goes back to, as Windlass chooses
// it:
//   - the newest one that was complete once, as its note or status.stableRevision says, and is not
//     that of the template
//   - else the one before the present one, as kubectl rollout undo does
// During an abort, the ReplicaSet that Pods follow has the highest number, and counts as one before
// the present one. Null if there is none. Example: revisions 5 and 6 (complete), 7 (broken), 8 (the
// template): 6.
const Json* RevisionBefore(const Json& rollout, const std::vector<const Json*>& replica_sets);

}  // namespace windlass::cli
