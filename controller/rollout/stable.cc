#include "controller/rollout/stable.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "controller/rollout/carried.h"
#include "controller/workload/annotations.h"
#include "controller/workload/claim.h"
#include "controller/workload/complete.h"
#include "controller/workload/counters.h"
#include "controller/workload/decisions.h"
#include "controller/workload/in_vain.h"
#include "controller/workload/new_replica_set.h"
#include "controller/workload/patches.h"
#include "controller/workload/proven.h"
#include "controller/workload/revisions.h"

namespace windlass::rollout {
namespace {

using workload::Situation;

// Returns true if another object may have rolled out `rs`: this Rollout would know otherwise.
bool IsFromBefore(const Workload& workload, const ReplicaSet& rs) {
  return workload.status.observed_generation < 1 ||
         rs.meta.creation_timestamp < workload.meta.creation_timestamp;
}

bool AllAvailable(const ReplicaSet& rs) {
  const workload::ReplicaSetSize size = workload::SizeOf(rs);
  return size.replicas > 0 && size.available >= size.replicas;
}

// Returns the newest ReplicaSet of an earlier rollout whose Pods all work; null if there is none.
const ReplicaSet* FindWorking(const Workload& workload,
                              const std::vector<const ReplicaSet*>& ours) {
  const ReplicaSet* present = workload::FindNewReplicaSet(workload, ours, {});
  const ReplicaSet* newest = nullptr;
  for (const ReplicaSet* rs : ours) {
    if (rs == present || !AllAvailable(*rs) || !IsFromBefore(workload, *rs)) continue;
    const auto revision = workload::RevisionOf(rs->meta).value_or(0);
    if (revision < 1) continue;
    if (newest == nullptr || revision > workload::RevisionOf(newest->meta)) newest = rs;
  }
  return newest;
}

// Returns the write that gives `rs` the note that it was complete as its present revision.
std::optional<Step> Note(const Situation& situation, const ReplicaSet& rs) {
  const std::string revision(workload::RevisionText(rs.meta));
  if (!workload::ParseRevision(revision)) return std::nullopt;
  workload::ReplicaSetChange change;
  change.annotations[std::string(workload::kComplete)] = revision;
  return workload::UnlessInVain(
      situation, Write{.request = workload::PatchReplicaSet(rs, change),
                       .because = {workload::decisions::kNoteComplete,
                                   {{"replicaset", rs.meta.name}, {"revision", revision}}}});
}

// Returns true if the present revision has all its Pods, at least one, and they are available.
bool IsCompleteNow(const Situation& situation) {
  const Workload& workload = situation.workload;
  if (situation.new_replica_set == nullptr || workload.replicas == 0) return false;
  if (workload.paused || workload.follow_revision || situation.extended.refused) return false;
  return workload::DeploymentComplete(workload, workload::CountReplicas(situation));
}

}  // namespace

void RecoverStable(View& view) {
  Workload& workload = view.workload;
  const std::optional<int64_t> stored = workload.kept_revision;
  // The usual case, at each step of each sync: nothing is claimed for it.
  if (stored && workload::FindKept(view.replica_sets, *stored) != nullptr) return;
  const std::vector<const ReplicaSet*> ours = workload::ClaimReplicaSets(view).ours;
  const ReplicaSet* stable = workload::FindLastComplete(ours);
  if (stable == nullptr) stable = FindWorking(workload, ours);
  if (stable == nullptr) return;
  const int64_t revision = workload::RevisionOf(stable->meta).value_or(0);
  if (revision < 1) return;
  workload.kept_revision = revision;
  if (workload.follow_revision) workload.follow_revision = revision;
}

const ReplicaSet* CurrentReplicaSet(const Situation& situation) {
  if (situation.new_replica_set != nullptr) return situation.new_replica_set;
  const auto published = workload::ParseRevision(situation.workload.revision);
  return workload::FindRevisionOrFormer(situation.all, published.value_or(0));
}

std::optional<Event> TellRecovered(const Situation& situation) {
  const Workload& workload = situation.workload;
  const std::optional<int64_t>& kept = workload.kept_revision;
  if (!kept || ReadOwn(workload.status.carried).stable_revision == kept) return std::nullopt;
  const ReplicaSet* rs = workload::FindKept(situation.all, *kept);
  // The note of the present revision comes just before the status that says the same.
  if (rs == nullptr || rs == situation.new_replica_set) return std::nullopt;
  const std::string why = workload::CompleteAs(*rs)
                              ? "its replica set " + rs->meta.name + " notes that it was complete"
                              : "all Pods of its replica set " + rs->meta.name + " are available";
  return Event{.type = Event::Type::kNormal,
               .reason = "StableRevisionFound",
               .message = "The status does not tell which revision was complete last. Revision " +
                          std::to_string(*kept) + " is taken for it, because " + why};
}

std::optional<Step> NoteComplete(const Situation& situation, bool holds) {
  if (!holds && IsCompleteNow(situation)) {
    const ReplicaSet& rs = *situation.new_replica_set;
    const bool noted = workload::CompleteAs(rs) == workload::RevisionOf(rs.meta);
    if (auto step = noted ? std::nullopt : Note(situation, rs)) return step;
  }
  const std::optional<int64_t> stable = ReadOwn(situation.workload.status.carried).stable_revision;
  if (!stable) return std::nullopt;
  const ReplicaSet* rs = workload::FindKept(situation.all, *stable);
  if (rs == nullptr || workload::CompleteAs(*rs)) return std::nullopt;
  return Note(situation, *rs);
}

}  // namespace windlass::rollout
