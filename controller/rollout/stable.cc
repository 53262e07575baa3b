#include "controller/rollout/stable.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "controller/rollout/carried.h"
#include "controller/rollout/decisions.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/decisions.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/proven.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/status/complete.h"
#include "controller/workload/status/counters.h"
#include "controller/workload/status/create_failure.h"
#include "controller/workload/status/refused_write.h"
#include "controller/workload/workload_kind.h"

namespace windlass::rollout {
namespace {

using workload::Situation;

// Returns true if another object, for example a Deployment, may have rolled out `rs`: this Rollout
// has no status yet, or is younger than `rs`. If neither holds, this Rollout rolled out `rs`
// itself. If `rs` had been complete, the status would then name its revision.
bool IsFromBefore(const Workload& workload, const ReplicaSet& rs) {
  return workload.status.observed_generation < 1 ||
         rs.meta.creation_timestamp < workload.meta.creation_timestamp;
}

bool AllAvailable(const ReplicaSet& rs) {
  const workload::ReplicaSetSize size = workload::SizeOf(rs);
  return size.replicas > 0 && size.available >= size.replicas;
}

int64_t NumberOf(const ReplicaSet& rs) { return workload::RevisionOf(rs.meta).value_or(0); }

// Returns the ReplicaSet of the requested template; null if there is none. If the API server's
// defaults are not known, that ReplicaSet may not be recognised. Then returns the ReplicaSet with
// the highest revision among those with a size above 0, or null if there are fewer than two of
// them. Example: v1 has 8 Pods and v2 has 2 Pods: returns the ReplicaSet of v2.
const ReplicaSet* FindPresent(const Workload& workload,
                              const std::vector<const ReplicaSet*>& ours) {
  if (const ReplicaSet* present = workload::FindNewReplicaSet(workload, ours, {})) return present;
  if (workload.defaulted != nullptr) return nullptr;
  std::vector<const ReplicaSet*> with_pods = ours;
  std::erase_if(with_pods, [](const ReplicaSet* rs) { return rs->replicas == 0; });
  if (with_pods.size() < 2) return nullptr;
  return std::ranges::max(with_pods, {}, [](const ReplicaSet* rs) { return NumberOf(*rs); });
}

// Returns the ReplicaSet with the most Pods among those that
//   - do not have the requested template
//   - come from before this Rollout (IsFromBefore)
//   - have all their Pods available
// Returns null if there is none. If two have equally many Pods, returns the one with the lower
// revision, because the other one may be a canary.
const ReplicaSet* FindWorking(const Workload& workload, const std::vector<const ReplicaSet*>& ours,
                              const NotesInPlace& notes) {
  const ReplicaSet* present = FindPresent(workload, ours);
  const ReplicaSet* found = nullptr;
  const auto comes_before = [](const ReplicaSet& a, const ReplicaSet& b) {
    if (a.replicas != b.replicas) return a.replicas > b.replicas;
    return NumberOf(a) < NumberOf(b);
  };
  for (const ReplicaSet* rs : ours) {
    if (rs == present || !AllAvailable(*rs) || !IsFromBefore(workload, *rs)) continue;
    // A host is a ReplicaSet whose Pods are updated in place. Some of its Pods may have the new
    // template already, so available Pods prove nothing about the template of the host.
    if (NumberOf(*rs) < 1 || notes.is_host(*rs, ours)) continue;
    if (found == nullptr || comes_before(*rs, *found)) found = rs;
  }
  return found;
}

// Returns the write that notes on `rs` which revision it was when it was complete. This is the
// revision in the annotation of `rs`. If that annotation is missing, or is no number above 0, it is
// `remembered`, and the write also sets the annotation to `remembered`.
std::optional<Step> Note(const Situation& situation, const ReplicaSet& rs, int64_t remembered) {
  std::string revision(workload::RevisionText(rs.meta));
  workload::ReplicaSetChange change;
  if (NumberOf(rs) < 1) {
    revision = std::to_string(remembered);
    change.annotations[std::string(workload::kRevision)] = revision;
  }
  if (!workload::ParseRevision(revision)) return std::nullopt;
  const std::string_view hash = rs.meta.labels.Find(kPodTemplateHashLabel).value_or("");
  change.annotations[std::string(workload::kComplete)] = workload::CompleteNote(revision, hash);
  return workload::UnlessInVain(
      situation, Write{.request = workload::PatchReplicaSet(rs, change),
                       .because = {workload::decisions::kNoteComplete,
                                   {{"replicaset", rs.meta.name}, {"revision", revision}}}});
}

// Returns true if all desired Pods, at least one, have the present revision and are available, and
// no other revision has Pods. Returns false while the Rollout is paused, aborted or refused.
bool IsCompleteNow(const Situation& situation) {
  const Workload& workload = situation.workload;
  if (situation.new_replica_set == nullptr || workload.replicas == 0) return false;
  if (workload.paused || workload.follow_revision || situation.extended.refused) return false;
  return workload::DeploymentComplete(workload, workload::CountReplicas(situation));
}

}  // namespace

void RecoverStable(View& view, const NotesInPlace& notes) {
  Workload& workload = view.workload;
  const std::optional<int64_t> stored = workload.kept_revision;
  // Usually the stable ReplicaSet is found here, without the more expensive search below. This
  // matters because this function runs at each step of each sync.
  if (workload::FindStable(workload, view.replica_sets) != nullptr) return;
  // Two ReplicaSets may be exchanging their templates. One of them may be the stable one although
  // neither has a note that says so. So a stored stable revision is left as it is.
  const bool exchanging = std::ranges::any_of(
      view.replica_sets, [&](const ReplicaSet* rs) { return notes.exchanges(*rs); });
  if (stored && exchanging) return;
  const workload::Claims claims = workload::ClaimReplicaSets(view);
  const ReplicaSet* stable = workload::FindLastComplete(claims.ours);
  // A ReplicaSet that is about to be adopted may have more Pods, so FindWorking waits for the
  // adoption.
  const bool all = claims.to_adopt.empty();
  if (stable == nullptr && all && !exchanging) stable = FindWorking(workload, claims.ours, notes);
  if (stable == nullptr) return;
  const int64_t revision = NumberOf(*stable);
  if (revision < 1) return;
  workload.kept_revision = revision;
  if (workload.follow_revision) workload.follow_revision = revision;
}

const ReplicaSet* CurrentReplicaSet(const Situation& situation) {
  const ReplicaSet* wanted = situation.new_replica_set;
  const ReplicaSet* published = workload::FindPublished(situation.workload, situation.all);
  if (wanted == nullptr || published == nullptr) return wanted != nullptr ? wanted : published;
  return situation.extended.refused ? published : wanted;
}

std::optional<Event> TellRecovered(const Situation& situation) {
  const Workload& workload = situation.workload;
  const std::optional<int64_t>& kept = workload.kept_revision;
  if (!kept || ReadOwn(workload.status.carried).stable_revision == kept) return std::nullopt;
  const ReplicaSet* rs = workload::FindStable(workload, situation.all);
  // If the stable revision is the template's own revision, it has just become complete. The next
  // status names it in the usual way, so no Event is needed.
  const bool is_present = rs == situation.new_replica_set && !workload.follow_revision;
  if (rs == nullptr || is_present) return std::nullopt;
  const std::string why =
      workload::CompleteAs(*rs)
          ? "an annotation of its replica set " + rs->meta.name + " says that it was complete"
          : "all Pods of its replica set " + rs->meta.name + " are available";
  return Event{
      .type = Event::Type::kNormal,
      .reason = "StableRevisionFound",
      .message =
          "The status does not say which revision was complete last. Windlass uses revision " +
          std::to_string(*kept) + " as the stable one, because " + why};
}

std::optional<Step> StoreRecovered(const Situation& situation) {
  const Workload& workload = situation.workload;
  RolloutOwn own = ReadOwn(workload.status.carried);
  std::optional<Event> event = TellRecovered(situation);
  if (own.stable_revision || !event) return std::nullopt;
  // If the write failed, the sync ends here. Otherwise Pods could move before the stable revision
  // is stored, and the next sync might infer another one. Exceptions: a policy refuses the write of
  // the status, or the API server could not call a webhook for this write.
  if (auto end = workload::EndIfStatusLost(workload, situation.learned, /*or_may_pass=*/false))
    return end;
  const int64_t stable = *workload.kept_revision;
  own.stable_revision = stable;
  StatusDraft draft{.status = workload.status, .now = situation.now};
  draft.status.carried = KindStatus(own);
  return workload::UnlessTried(situation,
                               Write{.request = workload.kind.WriteStatus(workload, draft),
                                     .because = {decisions::kStoreStable, {{"stable", stable}}},
                                     .on_success = {*std::move(event)}});
}

std::optional<Step> NoteComplete(const Situation& situation, bool holds) {
  if (!holds && IsCompleteNow(situation)) {
    const ReplicaSet& rs = *situation.new_replica_set;
    const bool noted = workload::CompleteAs(rs) == workload::RevisionOf(rs.meta);
    if (auto step = noted ? std::nullopt : Note(situation, rs, workload::RevisionToBe(situation)))
      return step;
  }
  const std::optional<int64_t> stable = ReadOwn(situation.workload.status.carried).stable_revision;
  if (!stable) return std::nullopt;
  const ReplicaSet* rs = workload::FindKept(situation.workload, situation.all, *stable);
  // If another object rolled out the stable revision, this Rollout may not have seen it complete.
  // So the revision gets no note.
  const bool is_seen = rs != nullptr && !IsFromBefore(situation.workload, *rs);
  if (!is_seen || workload::CompleteAs(*rs)) return std::nullopt;
  return Note(situation, *rs, *stable);
}

}  // namespace windlass::rollout
