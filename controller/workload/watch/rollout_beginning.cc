#include "controller/workload/watch/rollout_beginning.h"

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/revisions/followed_revision.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/watch/rollout_state.h"

namespace windlass::workload {

const ReplicaSet* FindTarget(const Workload& workload, const std::vector<const ReplicaSet*>& ours) {
  if (workload.follow_revision) return FindFollowed(workload, ours);
  return FindNewReplicaSet(workload, ours, Learned{});
}

FirstSight JudgeFirstSight(const Workload& workload, const ReplicaSet* target) {
  const bool begun = target != nullptr && target->replicas > 0;
  if (workload.paused && !begun) return FirstSight::kNoRollout;
  const bool observed = workload.status.observed_generation >= workload.meta.generation;
  const bool other_template = target == nullptr || !IsPublished(workload, *target);
  if (!observed && other_template) return FirstSight::kNew;
  return IsUnderWay(workload) ? FirstSight::kMidway : FirstSight::kNoRollout;
}

std::optional<WallTime> ShownBeginning(const Workload& workload, const ReplicaSet* target) {
  const bool made_for_it = target != nullptr && !workload.follow_revision &&
                           !target->meta.annotations.Has(kRevisionHistory);
  if (made_for_it) return target->meta.creation_timestamp;
  const Condition* progressing = FindCondition(workload.status.conditions, kProgressing);
  if (progressing == nullptr || progressing->last_update_time.IsZero()) return std::nullopt;
  return progressing->last_update_time;
}

}  // namespace windlass::workload
