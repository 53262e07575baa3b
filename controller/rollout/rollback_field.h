// spec.rollbackTo: a Rollout's request to roll back, performed once for each time it is set.
//
//   1. NoteRollback writes status.rolledBack, or condition RollbackRefused. The status has an
//      endpoint of its own, so this is a request of its own.
//   2. RollBack writes the template and removes the field; ClearRollback only removes the field.
//
// After a crash between 1 and 2 the field is still there and the record equals what 1 would write:
// 2 follows (RO-080).
#pragma once

#include <optional>
#include <string>

#include "controller/workload/workload.h"

namespace windlass::rollout {

// As WorkloadKind::RollBack. Replaces the template whole and removes spec.rollbackTo in one write.
// Of the annotations, it takes only kubernetes.io/change-cause from `target`: that one explains a
// template (RO-081). Leaves out the hash label of the ReplicaSet's template.
Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                         const ReplicaSet& target, const std::string& template_json);

// As WorkloadKind::ClearRollback (RO-082).
Request ClearRollback(const Workload& workload);

// As WorkloadKind::NoteRollback. The record names the generation that the write after it leads to,
// and the number of the revision even if 0 was asked for (RO-083). Example: revision 5 became 9 in
// generation 13. The status shows a refusal until the generation changes once more (RO-084).
std::optional<Request> NoteRollback(const Workload& workload, const RollbackOutcome& outcome);

}  // namespace windlass::rollout
