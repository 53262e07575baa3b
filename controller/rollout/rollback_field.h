// Performs spec.rollbackTo, a user's request to roll back a Rollout, once each time it is set.
//
//   1. NoteRollback writes status.rolledBack, or condition RollbackRefused. The status has its own
//      endpoint, so this takes a separate request.
//   2. RollBack writes the template and removes the field; ClearRollback only removes the field.
//
// After a crash between 1 and 2, spec.rollbackTo is still set, and the status already has what 1
// would write. So 1 writes nothing, and 2 follows (RO-080).
#pragma once

#include <optional>
#include <string>

#include "controller/workload/workload_kind.h"

namespace windlass::rollout {

// Implements WorkloadKind::RollBack. One write replaces spec.template by `template_json`, the
// template of `target`, without its hash label, and removes spec.rollbackTo. The only annotation
// that the write copies from `target` is kubernetes.io/change-cause, because that annotation
// explains the template (RO-081).
Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                         const ReplicaSet& target, const std::string& template_json);

// Implements WorkloadKind::ClearRollback (RO-082).
Request ClearRollback(const Workload& workload);

// Implements WorkloadKind::NoteRollback. status.rolledBack names the generation that RollBack will
// lead to, and the number of the revision that the Pods return to. If spec.rollbackTo asks for
// revision 0, this is the number of the previous revision (RO-083). Example: in generation 12 a
// user asks for revision 5, and the highest number is 8. status.rolledBack says: revision 5 became
// 9 in generation 13. If that rollback is refused, the condition RollbackRefused stays through
// generation 13, in which spec.rollbackTo is removed, and ends with generation 14 (RO-084).
std::optional<Request> NoteRollback(const Workload& workload, const RollbackOutcome& outcome);

}  // namespace windlass::rollout
