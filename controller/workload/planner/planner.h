// The planner: what is the next single step towards what a workload asks for?
//
// The planner is pure: no I/O, no clock, no memory between calls. A rollout is the sequence of the
// steps that the planner returns, each decided from the cache as the previous step left it. A crash
// at any point equals a restart, because the planner depends on the stored objects alone. Within
// one sync the order of writes is fixed (D-050…D-067):
//
//   who owns which ReplicaSet  →  ReplicaSets (create, annotate, scale)  →  history clean-up
//     →  the workload's status
//
// So when a status observes a generation, the ReplicaSets have already been changed for that
// generation (D-065). The status write after a pause (AcknowledgeResume) comes earlier, but it does
// not observe the generation. If the API server refuses a write, the status of that sync observes
// the generation only if nothing else depends on the write (refused_write.h). A workload that is as
// it should be gives Wait, and no write (D-028).
//
// Each concern has a file of its own, in one of the folders beside this one (docs/map.md).
// Elsewhere are:
//   - what a kind has of its own: in the kind's folder, behind WorkloadKind (workload_kind.h)
//   - updates in place: in controller/in_place, behind Extension (extension.h)
#pragma once

#include "controller/core/step.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/situation.h"
#include "controller/workload/view.h"

namespace windlass::workload {

// Returns the situation of the workload in `view`, whose ReplicaSets are `claims`. `view` and
// `learned` must outlive the result.
Situation MakeSituation(const View& view, const Claims& claims, const Learned& learned,
                        WallTime now);

// Returns the next step for the workload in `view`. `now` is stored in conditions.
Step Next(const View& view, const Learned& learned, WallTime now);

}  // namespace windlass::workload
