// Performs spec.rollbackTo, a user's request to roll back a Rollout. Each time a user sets the
// field, Windlass performs or refuses the rollback once, in two steps. While spec.paused is true,
// it does neither (RO-152).
//
//   1. NoteRollback writes status.rolledBack or the condition RollbackRefused. The status has its
//      own endpoint, so this write is a separate request.
//   2. RollBack writes the template and removes spec.rollbackTo. If there is no template to write,
//      ClearRollback only removes spec.rollbackTo.
//
// After a crash between steps 1 and 2, spec.rollbackTo is still set, and the status already has
// what step 1 would write. So step 1 writes nothing, and step 2 follows (RO-080).
#pragma once

#include <optional>
#include <string>

#include "controller/workload/workload_kind.h"

namespace windlass::rollout {

// Implements WorkloadKind::RollBack. Returns one write that
//   - replaces spec.template by `template_json`, the template of `target`, but without the label
//     pod-template-hash
//   - removes spec.rollbackTo
//   - copies the annotation kubernetes.io/change-cause from `target`, because it explains the
//     template; if `target` has none, removes it. No other annotation is changed (RO-081)
// `own_json` is the Rollout as the API server returned it. Returns kConflict if it is another
// version than that of `workload`, and kMalformed if it or `template_json` cannot be read.
Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                         const ReplicaSet& target, const std::string& template_json);

// Implements WorkloadKind::ClearRollback (RO-082).
Request ClearRollback(const Workload& workload);

// Implements WorkloadKind::NoteRollback. status.rolledBack names the revision that the Pods return
// to, the new number of this revision, and the generation to which RollBack leads. If
// spec.rollbackTo asks for revision 0, the revision is the previous one, and toPrevious is true
// (RO-083). Example: in generation 12 a user asks for revision 5, and the highest number is 8.
// status.rolledBack says: revision 5 became 9 in generation 13.
//
// If Windlass refuses the rollback, the status gets the condition RollbackRefused instead, and
// ClearRollback then removes spec.rollbackTo. In the example, the removal makes generation 13. The
// condition stays through generation 13, and ends with generation 14 (RO-084).
//
// If the API server put the former template back (RollbackOutcome::put_back), the same condition
// says so, and status.rolledBack is removed, because there was no rollback.
//
// If the API server keeps spec.rollbackTo (RollbackOutcome::not_removed), the removal makes no
// generation. In the example, status.rolledBack and the condition then name generation 12, so that
// the user's next edit ends the condition.
std::optional<Request> NoteRollback(const Workload& workload, const RollbackOutcome& outcome);

}  // namespace windlass::rollout
