// A workload may be in a rollout already when this process first sees it. These functions find out
// from the stored objects whether this is so, and when the rollout began. Only metrics use them.
#pragma once

#include <optional>
#include <vector>

#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::workload {

// Returns the ReplicaSet that is to have the Pods. This is the ReplicaSet with the workload's
// template or, after an abort, the ReplicaSet that Pods go back to. Returns null if there is no
// such ReplicaSet. `ours` must have the workload's ReplicaSets, oldest first.
const ReplicaSet* FindTarget(const Workload& workload, const std::vector<const ReplicaSet*>& ours);

// The state of a workload's rollout when this process first sees the workload.
enum class FirstSight : uint8_t {
  // The latest template was rolled out completely. Or the workload is paused, and the rollout of
  // the latest template has not begun.
  kNoRollout,
  kMidway,  // a leader began the rollout earlier
  kNew,     // the template or spec.abort has changed, and no leader has seen the change yet
};

// Returns the state of the rollout of `workload`. `target` is what FindTarget returned.
//
// An edit need not change the template. So the state is kNew only if both of these hold:
//   - No leader has observed the generation.
//   - `target` is null, or does not have the published revision.
// Example: while no process leads, a user scales "web" up from 3. `target` has the published
// revision 7, so the state is not kNew. Progressing has the reason NewReplicaSetAvailable, so the
// state is kNoRollout.
FirstSight JudgeFirstSight(const Workload& workload, const ReplicaSet* target);

// Returns when the rollout of `workload` to `target` began, for a rollout whose beginning this
// process has not seen.
//   - If `target` was created for this rollout: returns when `target` was created.
//   - Otherwise: returns when Progressing was last updated, which may be after the beginning.
//     Returns nullopt if Progressing does not show such a time.
std::optional<WallTime> ShownBeginning(const Workload& workload, const ReplicaSet* target);

}  // namespace windlass::workload
