#include "controller/workload/revisions/followed_revision.h"

#include <algorithm>
#include <string>

#include "controller/workload/conditions.h"
#include "controller/workload/revisions/revisions.h"

namespace windlass::workload {

const ReplicaSet* FindFollowed(const Workload& workload,
                               const std::vector<const ReplicaSet*>& ours) {
  return FindKept(workload, ours, *workload.follow_revision);
}

bool HasNothingToFollow(const Situation& situation) {
  return situation.workload.follow_revision && situation.new_replica_set == nullptr;
}

const ReplicaSet* FindWanted(const Situation& situation) {
  const bool published = HasNothingToFollow(situation) || situation.extended.published_is_new;
  return published ? FindPublished(situation.workload, situation.all) : situation.new_replica_set;
}

RolloutRefusal NothingToFollow(const Situation& situation) {
  const Workload& workload = situation.workload;
  const int64_t revision = *workload.follow_revision;
  const std::string why =
      revision < 1 ? "no revision was ever complete"
                   : "the replica set of revision " + std::to_string(revision) +
                         ", the last revision that was complete, does not exist any more";
  const bool none =
      workload.replicas > 0 && std::ranges::all_of(situation.all, [](const ReplicaSet* rs) {
        return rs->replicas == 0 && rs->status.replicas == 0;
      });
  return {.reason = kNothingToAbortTo,
          .message = "The rollout is aborted, but has no revision to go back to: " + why +
                     (none ? ". There are no Pods. " : ". No Pod is changed. ") +
                     "End the abort to roll out the template"};
}

}  // namespace windlass::workload
