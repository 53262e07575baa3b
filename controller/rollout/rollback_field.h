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

// Implements WorkloadKind::NoteRollback. Example: in generation 12 a user asks for revision 5, and
// the highest number is 8. (Revision 0 stands for the previous revision, RO-083.) What the status
// gets:
//   - usually: status.rolledBack. It says that revision 5 became 9 in generation 13, which RollBack
//     makes
//   - Windlass refuses the rollback: the condition RollbackRefused. Then ClearRollback removes
//     spec.rollbackTo, which makes generation 13. The condition stays through generation 13, and
//     ends with generation 14 (RO-084)
//   - RollbackOutcome::put_back, the API server put the former template back: the same condition
//     says so. status.rolledBack is removed, because there was no rollback
//   - RollbackOutcome::not_removed, the API server keeps spec.rollbackTo: status.rolledBack and the
//     condition name generation 12, because no removal has made generation 13. So the condition
//     ends with the next edit, which makes generation 13
std::optional<Request> NoteRollback(const Workload& workload, const RollbackOutcome& outcome);

}  // namespace windlass::rollout
