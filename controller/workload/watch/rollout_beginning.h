// What the stored objects show of a rollout whose beginning this process has not seen: whether
// there is one, and since when. For metrics only: no decision depends on it.
#pragma once

#include <optional>
#include <vector>

#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::workload {

// Returns the ReplicaSet among `ours` (oldest first) that is to have the Pods: the ReplicaSet of
// the template, or the one that an abort goes back to. Returns null if this ReplicaSet was not made
// yet or is gone, or if an abort has no revision to go back to.
const ReplicaSet* FindTarget(const Workload& workload, const std::vector<const ReplicaSet*>& ours);

// In which state a rollout is when this process sees its workload for the first time.
enum class FirstSight : uint8_t {
  kNoRollout,  // the latest template was rolled out, or the workload was paused before its rollout
  kMidway,     // a rollout that some leader has begun
  // The template, or spec.abort, changed since a leader last looked: the rollout begins now.
  kNew,
};

// Returns the state of the rollout of `workload`. `target` is what FindTarget returned.
//
// A generation that no leader has observed may come from any edit, not only from one of the
// template. So the state is kNew only if `target` is null or does not have the published revision.
// Example: while no process leads, a user scales "web" from 3 to 5. `target` has the published
// revision 7, and Progressing is NewReplicaSetAvailable: kNoRollout.
FirstSight JudgeFirstSight(const Workload& workload, const ReplicaSet* target);

// Returns when the rollout of `workload` to `target` began, for a rollout midway:
//   - the creation of `target`, if `target` was made for the rollout;
//   - else the last update of Progressing, which may be later.
// Returns nullopt if there is neither.
std::optional<WallTime> ShownBeginning(const Workload& workload, const ReplicaSet* target);

}  // namespace windlass::workload
