#include "controller/workload/actions/history_clean_up.h"

#include <algorithm>
#include <tuple>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/decisions.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/proven.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/sizes/old_pods_left.h"
#include "controller/workload/status/answered_rollback.h"
#include "controller/workload/status/complete.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {
namespace {

// Returns true if `a` comes before `b` in the order by revision, then by age (the older one first),
// then by name. A revision that cannot be parsed counts as 0 (D-483). Upstream compares a
// ReplicaSet with such a revision by age alone. So upstream's order can be circular: a before b, b
// before c, c before a.
bool LowerRevision(const ReplicaSet* a, const ReplicaSet* b) {
  const int64_t one = RevisionOf(a->meta).value_or(0);
  const int64_t other = RevisionOf(b->meta).value_or(0);
  return std::tie(one, a->meta.creation_timestamp, a->meta.name) <
         std::tie(other, b->meta.creation_timestamp, b->meta.name);
}

bool IsIdle(const ReplicaSet& rs) {
  return rs.replicas == 0 && rs.status.replicas == 0 &&
         rs.meta.generation <= rs.status.observed_generation;
}

// Returns true under Recreate if `rs` may have Pods, or if the cache does not hold Pods yet.
// Recreate may have to wait for these Pods, so `rs` must stay. Without `rs`, nothing would show
// that the Pods belong to the workload (S-010).
bool IsAwaited(const Situation& situation, const ReplicaSet& rs) {
  const View& view = situation.view;
  const bool unknown = !view.pods_known && !view.pods_given_up;
  return situation.recreate() && (unknown || MayHavePods(situation, rs));
}

// Returns true if `rs` may still be needed, for one of these reasons:
//   1. `rs` is the ReplicaSet of the kept revision (FindStable, RO-035).
//   2. All ReplicaSets have size 0, and when the workload gets Pods again, `rs` may get them,
//      because
//        - `rs` had the Pods when the workload was scaled to 0 (RO-122), or
//        - the template has no ReplicaSet, and `rs` is the latest of the old ones (D-354).
//   3. After an abort, Pods follow an earlier revision, and `rs` has the workload's own template.
//      The next try of this template needs `rs` again (RO-037).
//   4. If `rs` were deleted, another template could get its number (I-11), because the number is
//        - above that of the new ReplicaSet, or
//        - the highest of all, and the kind keeps a stable revision.
bool IsKept(const Situation& situation, const ReplicaSet* rs) {
  const Workload& workload = situation.workload;
  if (workload.follow_revision &&
      rs == FindNewReplicaSet(workload, situation.all, situation.learned)) {
    return true;
  }
  const ReplicaSet* wanted = situation.new_replica_set;
  const int64_t number = RevisionOf(rs->meta).value_or(0);
  const int64_t last = NextRevision(situation.all) - 1;  // NextRevision skips larger numbers
  const bool is_above = wanted != nullptr && number > RevisionOf(wanted->meta).value_or(0);
  if (is_above && number <= last) return true;
  if (number >= last && workload.kind.traits().keeps_stable_revision) return true;
  // Pods may come back in `rs`: reason 2 above.
  const bool sleeps = TotalReplicas(situation.all) == 0;
  if (sleeps && rs == FindServedLast(situation, situation.all)) return true;
  const bool none_wanted = situation.new_replica_set == nullptr;
  if (sleeps && none_wanted && rs == LatestOf(situation.old)) return true;
  return rs == FindStable(workload, situation.all);
}

// Returns true if history may be cleaned up before the rollout is complete:
//   - if the workload is paused
//   - if the rollout rests at a step or a partition
//   - if the kind keeps a stable revision
// In these cases the rollout may never be complete, and without this rule its history would grow
// without end (RO-125). Example: limit 2, a partition that no user lifts, and 12 templates one
// after the other. Without this rule all 12 ReplicaSets would stay.
bool MayCleanUpMidway(const Situation& situation) {
  return situation.workload.paused || situation.extended.at_rest ||
         situation.workload.kind.traits().keeps_stable_revision;
}

// Returns true if it is time to clean up (D-481). The comment of CleanUpHistory lists all
// conditions. A workload of size 0 without a new ReplicaSet is not complete, although its counters
// say so: under Recreate, its new ReplicaSet may have to wait for a terminating Pod. Before the
// rollout is complete, there are two conditions that prevent wrong deletions:
//   - No rollback waits. Otherwise the clean-up could delete the revision that the rollback needs
//     (D-472). A rollback whose request is answered (answered_rollback.h) does not wait.
//   - There is a new ReplicaSet, or the wanted template is known. Otherwise any old ReplicaSet may
//     be the one with the wanted template (RO-039).
bool IsTimeToCleanUp(const Situation& situation) {
  const Workload& workload = situation.workload;
  const bool has_new = situation.new_replica_set != nullptr;
  if (has_new && !workload.paused && DeploymentComplete(workload, workload.status)) return true;
  const bool waits = workload.roll_back_to && !IsAnswered(workload);
  if (!MayCleanUpMidway(situation) || waits) return false;
  return has_new || situation.wanted.known;
}

}  // namespace

std::vector<const ReplicaSet*> ReplicaSetsToDelete(const Situation& situation) {
  const std::optional<int32_t>& limit = situation.workload.revision_history_limit;
  if (!limit || *limit == kUnlimited) return {};

  std::vector<const ReplicaSet*> candidates;
  std::copy_if(situation.old.begin(), situation.old.end(), std::back_inserter(candidates),
               [](const ReplicaSet* rs) { return !rs->meta.deleting(); });
  const int64_t surplus = static_cast<int64_t>(candidates.size()) - *limit;
  if (surplus <= 0) return {};

  std::sort(candidates.begin(), candidates.end(), LowerRevision);
  const ReplicaSet* last_good = FindLastComplete(situation.old);
  std::ranges::stable_partition(candidates, [&](const auto* rs) { return rs != last_good; });
  candidates.resize(static_cast<size_t>(surplus));
  std::erase_if(candidates, [&](const ReplicaSet* rs) {
    return !IsIdle(*rs) || IsAwaited(situation, *rs) || IsKept(situation, rs) ||
           std::ranges::count(situation.extended.kept, rs) > 0;
  });
  return candidates;
}

std::optional<Step> CleanUpHistory(const Situation& situation) {
  const Workload& workload = situation.workload;
  if (!IsTimeToCleanUp(situation)) return std::nullopt;
  const std::vector<const ReplicaSet*> surplus = ReplicaSetsToDelete(situation);
  if (surplus.empty()) return std::nullopt;
  const ReplicaSet& rs = *surplus.front();
  return Write{.request = Request::Delete(resources::kReplicaSets, VersionOf(rs.meta)),
               .because = {decisions::kDeleteOldReplicaSet,
                           {{"replicaset", rs.meta.name},
                            {"revision", RevisionText(rs.meta)},
                            {"old", situation.old.size()},
                            {"limit", *workload.revision_history_limit}}}};
}

}  // namespace windlass::workload
