// What the cluster tells of a rollout whose beginning this process has not seen: whether there is
// one, and since when. For metrics; no decision leans on it.
#pragma once

#include <optional>
#include <vector>

#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns the ReplicaSet among `ours` (oldest first) whose Pods there are to be: that of the
// template, or the one that an abort follows. Returns null if there is none yet.
const ReplicaSet* FindTarget(const Workload& workload, const std::vector<const ReplicaSet*>& ours);

// What a workload is in the middle of when it is seen for the first time.
enum class FirstSight : uint8_t {
  kNoRollout,  // the latest template was rolled out, or the workload is paused before it
  kMidway,     // a rollout that some leader has begun
  kNew,        // the template changed since a leader last looked: the rollout begins now
};

// Returns what `workload` is in the middle of. `target` is what FindTarget returned.
//
// A generation that no leader observed may be any edit. It is a new rollout only if the ReplicaSet
// of the template is not the one whose revision the status is about. Example: while no process
// leads, a user scales "web" from 3 to 5. Its template has the ReplicaSet of the published revision
// 7, and Progressing is NewReplicaSetAvailable: no rollout.
FirstSight JudgeFirstSight(const Workload& workload, const ReplicaSet* target);

// Returns when the rollout of `workload` to `target` began, for a rollout midway:
//   - if `target` was made for it, when it was created;
//   - else, if Pods go back to `target`, when Progressing was last updated, which may be later.
// Returns nullopt if nothing tells.
std::optional<WallTime> ShownBeginning(const Workload& workload, const ReplicaSet* target);

}  // namespace windlass::workload
