#include "controller/workload/actions/rollback_target.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {
namespace {

// Returns the highest revision of `candidates`; 0 if there is none (D-463). If `present_has_number`
// is true, the highest revision belongs to the present template, and the function returns the
// second highest. Example: of 3, 5 and 4, returns 4 if `present_has_number` is true, otherwise 5.
int64_t LastRevision(const std::vector<const ReplicaSet*>& candidates, bool present_has_number) {
  int64_t highest = 0;
  int64_t second = 0;
  for (const ReplicaSet* rs : candidates) {
    const std::optional<int64_t> revision = RevisionOf(rs->meta);
    if (!revision) continue;
    if (*revision >= highest) {
      second = std::exchange(highest, *revision);
    } else if (*revision > second) {
      second = *revision;
    }
  }
  return present_has_number ? second : highest;
}

// Returns the ReplicaSet of the workload's own template, whichever revision Pods follow; null if
// there is none.
const ReplicaSet* ReplicaSetOfTemplate(const Situation& situation) {
  if (!situation.workload.follow_revision) return situation.new_replica_set;
  return FindNewReplicaSet(situation.workload, situation.all, situation.learned);
}

// Returns the highest revision of those `candidates` that are known to have been complete; 0 if
// there is none.
int64_t LastCompleteRevision(const Workload& workload,
                             const std::vector<const ReplicaSet*>& candidates) {
  const ReplicaSet* stable = FindStable(workload, candidates);
  int64_t highest = 0;
  for (const ReplicaSet* rs : candidates) {
    if (rs != stable && !CompleteAs(*rs)) continue;
    highest = std::max(highest, NumberOf(workload, *rs));
  }
  return highest;
}

}  // namespace

int64_t RevisionBefore(const Situation& situation, std::vector<const ReplicaSet*> candidates) {
  const ReplicaSet* present = ReplicaSetOfTemplate(situation);
  std::vector<const ReplicaSet*> others = candidates;
  std::erase(others, present);
  if (situation.workload.kind.traits().keeps_stable_revision) {
    const int64_t complete = LastCompleteRevision(situation.workload, others);
    if (complete > 0) return complete;
  }
  if (!situation.workload.follow_revision) return LastRevision(candidates, present != nullptr);
  return LastRevision(others, /*present_has_number=*/false);
}

const ReplicaSet* FindRollbackTarget(const Workload& workload,
                                     const std::vector<const ReplicaSet*>& candidates,
                                     int64_t revision) {
  if (const ReplicaSet* rs = FindRevision(candidates, revision)) return rs;
  if (revision == workload.kept_revision) return FindStable(workload, candidates);
  if (!workload.kind.traits().records_rollbacks) return nullptr;
  const auto found = std::ranges::find_if(
      candidates, [&](const ReplicaSet* rs) { return HadRevision(*rs, revision); });
  return found == candidates.end() ? nullptr : *found;
}

bool HasWorkloadsTemplate(const Situation& situation, const ReplicaSet& target) {
  const ReplicaSet* present = ReplicaSetOfTemplate(situation);
  if (&target == present) return true;
  if (present != nullptr && target.template_fingerprint == present->template_fingerprint) {
    return true;
  }
  return target.template_fingerprint == situation.workload.template_fingerprint;
}

int64_t NumberAfterRollback(const Workload& workload, const ReplicaSet& target,
                            std::vector<const ReplicaSet*> candidates) {
  std::erase(candidates, &target);
  return NumberFor(workload, &target, candidates);
}

std::string NoSuchRevision(const Situation& situation, std::vector<const ReplicaSet*> candidates,
                           int64_t revision) {
  const std::string text = "Revision " + std::to_string(revision) + " does not exist";
  std::erase_if(candidates,
                [&](const ReplicaSet* rs) { return HasWorkloadsTemplate(situation, *rs); });
  if (candidates.empty()) return text + ", and there is no other revision to roll back to";
  return text + "; a rollback can go to " + NameRevisions(candidates);
}

}  // namespace windlass::workload
