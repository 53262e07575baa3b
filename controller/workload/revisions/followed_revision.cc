#include "controller/workload/revisions/followed_revision.h"

#include <algorithm>
#include <string>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/revisions/revisions.h"

namespace windlass::workload {
namespace {

bool HasPods(const ReplicaSet& rs) { return rs.replicas > 0 || rs.status.replicas > 0; }

// Returns a ReplicaSet that may belong to the followed revision, although its annotations do not
// show this. The first of these that exists:
//   - the ReplicaSet that the status names
//   - the oldest ReplicaSet with Pods. The ReplicaSet of the published revision does not count,
//     because that revision is aborted
// Returns null if neither exists.
const ReplicaSet* FindUnproven(const Situation& situation) {
  const Workload& workload = situation.workload;
  const ReplicaSet* published = FindPublished(workload, situation.all);
  const ReplicaSet* oldest = nullptr;
  for (const ReplicaSet* rs : situation.all) {
    if (!workload.kept_name.empty() && rs->meta.name == workload.kept_name) return rs;
    if (oldest == nullptr && rs != published && HasPods(*rs)) oldest = rs;
  }
  return oldest;
}

// Returns the end of the message of NothingToFollow: which ReplicaSet may belong to `revision`, and
// what a user can do to confirm this. Returns "" if there is no such ReplicaSet.
std::string RemedyFor(const Situation& situation, int64_t revision) {
  const ReplicaSet* rs = revision < 1 ? nullptr : FindUnproven(situation);
  if (rs == nullptr) return {};
  const std::string number = std::to_string(revision);
  return ". If replica set " + rs->meta.name + (HasPods(*rs) ? ", which has Pods," : "") +
         " belongs to revision " + number + ", set its annotation " + std::string(kRevision) +
         " to " + number + ": the Pods then go back to revision " + number;
}

}  // namespace

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
  const std::string why = revision < 1 ? "no revision was ever complete"
                                       : "the replica set of revision " + std::to_string(revision) +
                                             ", the last revision that was complete, is not found";
  const bool none =
      workload.replicas > 0 &&
      std::ranges::none_of(situation.all, [](const ReplicaSet* rs) { return HasPods(*rs); });
  return {.reason = kNothingToAbortTo,
          .message = "The rollout is aborted, but has no revision to go back to: " + why +
                     (none ? ". There are no Pods. " : ". No Pod is changed. ") +
                     "End the abort to roll out the template" + RemedyFor(situation, revision)};
}

}  // namespace windlass::workload
