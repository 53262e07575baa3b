// The planner: what is the next single step towards what a workload asks for?
//
// The planner is pure: no I/O, no clock, no memory between calls. A rollout is the sequence of the
// steps that it returns. The planner decides on each step when the reply to the previous step is in
// the cache. After a crash, the next process goes on at the same point, because only the stored
// objects count. Within one sync the order of writes is fixed (D-050…D-067):
//
//   who owns which ReplicaSet  →  ReplicaSets (create, annotate, scale)  →  history clean-up
//     →  the workload's status
//
// So when Windlass sets status.observedGeneration, it has already changed the ReplicaSets for this
// generation (D-065). Special cases:
//   - After a pause, a status write (AcknowledgeResume) comes before writes of ReplicaSets. It
//     leaves status.observedGeneration as it is.
//   - After a refused write, status.observedGeneration changes only if nothing else depends on that
//     write (refused_write.h).
//   - A generation is observed without a rollout in these cases: the workload is paused or being
//     deleted, its selector is empty, the rollout is refused, or an abort has no revision to go
//     back to.
// For a workload that is as it should be, Next returns Wait, and nothing is written (D-028).
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

// Returns the situation of the workload in `view`. `claims` must be the result of ClaimReplicaSets
// for `view`. `view` and `learned` must outlive the result.
Situation MakeSituation(const View& view, const Claims& claims, const Learned& learned,
                        WallTime now);

// Returns the next step for the workload in `view`. `now` is the present time: the planner compares
// deadlines with it, and stores it in conditions.
Step Next(const View& view, const Learned& learned, WallTime now);

}  // namespace windlass::workload
