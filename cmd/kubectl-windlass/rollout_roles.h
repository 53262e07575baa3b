// Finds five ReplicaSets of a Rollout:
//   - that of the stable revision
//   - that of spec.template
//   - the one that gets new Pods
//   - the one whose Pods stay if an abort has nothing to go back to
//   - the one that a rollback without a revision goes back to
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "cmd/kubectl-windlass/json_fields.h"

namespace windlass::cli {

struct RolloutRoles {
  // The ReplicaSet of status.stableRevision. An abort gives this ReplicaSet a new revision number,
  // the highest. Null if the ReplicaSet cannot be found: it was deleted, or a client has
  // overwritten its revision number.
  const Json* stable = nullptr;
  // The ReplicaSet of spec.template; null if there is none. During an abort, Pods get that template
  // only if this ReplicaSet is also `stable` or `stays`.
  const Json* asked_for = nullptr;
  // The ReplicaSet that gets new Pods. Null during an abort, and while no ReplicaSet has the
  // template of spec.template. Example: a user changed spec.template while the Rollout was paused,
  // and status.currentRevision is still the revision of the former template.
  const Json* updated = nullptr;
  // The ReplicaSet of status.currentReplicaSet during an abort, if there is no stable ReplicaSet to
  // go back to: its Pods stay. Null otherwise.
  const Json* stays = nullptr;
};

// `replica_sets` are those that the Rollout owns.
RolloutRoles RolesOf(const Json& rollout, const std::vector<const Json*>& replica_sets);

// Returns true if the ReplicaSet once had the number `revision`, before it got its present number.
bool HadRevision(const Json& replica_set, int64_t revision);

// Returns true if the ReplicaSet was complete once. The annotation kComplete, for example
// "7/5d9dc68fdf", must end with the ReplicaSet's own pod-template-hash: otherwise it was copied
// from another ReplicaSet.
bool WasComplete(const Json& replica_set);

// Returns the ReplicaSet that Windlass goes back to if spec.rollbackTo has no revision; null if
// there is none. Leaves out the ReplicaSet of spec.template. Returns:
//   - the newest ReplicaSet that was complete once, as its annotation kComplete or
//     status.stableRevision shows. During an abort, that is the stable one, because an abort gives
//     it the highest revision number
//   - if there is none: the newest ReplicaSet, as with kubectl rollout undo
const Json* RevisionBefore(const Json& rollout, const std::vector<const Json*>& replica_sets);

}  // namespace windlass::cli
