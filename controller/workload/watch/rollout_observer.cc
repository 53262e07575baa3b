#include "controller/workload/watch/rollout_observer.h"

#include <string>
#include <utility>

#include "controller/core/object_fault.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/revisions/rollout_id.h"
#include "controller/workload/status/answered_rollback.h"
#include "controller/workload/status/complete.h"
#include "controller/workload/watch/rollout_beginning.h"
#include "controller/workload/watch/rollout_state.h"
#include "kubeclient/api/fingerprint_text.h"

namespace windlass {
namespace {

bool IsComplete(const Workload& workload) {
  return workload::DeploymentComplete(workload, workload.status) && !workload::IsAtStep(workload) &&
         !workload::LacksTarget(workload);
}

bool IsObserved(const Workload& workload) {
  return workload.status.observed_generation >= workload.meta.generation;
}

}  // namespace

RolloutObserver::RolloutObserver(const Clock& clock, FaultLog& faults, WorkloadCache& cache,
                                 RolloutWords words, ExtendedOf extended_of)
    : faults_(faults),
      cache_(cache),
      extended_of_(std::move(extended_of)),
      rollouts_(clock, std::move(words)) {
  cache_.workloads().OnChange([this](const WorkloadChange& change) { Changed(change); });
}

RolloutTarget RolloutObserver::TargetOf(const Workload& workload) {
  return {TextOf(workload.template_fingerprint), workload.follow_revision.has_value()};
}

bool RolloutObserver::HasSynced() const {
  return cache_.workloads().informer().HasSynced() && cache_.replica_sets().HasSynced();
}

RolloutObserver::ReplicaSets RolloutObserver::ReplicaSetsOf(const Workload& workload) const {
  return cache_.ReplicaSetsOf(workload.meta.uid);
}

template <typename Find>
void RolloutObserver::Note(const Workload& workload, Find find) {
  rollouts_.Note(KeyOf(workload.meta),
                 KnownOf(faults_, cache_.workloads().resource(), workload.meta, std::move(find)));
}

void RolloutObserver::NoteLook(const Workload& workload) {
  Note(workload, [&] { return Look(workload); });
}

// --- what happens to the objects ---

void RolloutObserver::Changed(const WorkloadChange& change) {
  if (change.is_faulty) return;
  if (change.now == nullptr) return Gone(KeyOf(*change.before));
  const Workload& workload = *change.now;
  NotePods(workload);
  if (change.before == nullptr) {
    SeenFirst(workload);
  } else if (change.edited_from != nullptr) {
    Note(workload, [&] { return Edited(*change.edited_from, workload); });
  }
  NoteLook(workload);
}

void RolloutObserver::SeenFirst(const Workload& workload) {
  if (const Rollout* const known = rollouts_.Find(KeyOf(workload.meta))) {
    return Note(workload, [&] { return SeenAgain(*known, workload); });
  }
  const bool fresh = workload.status.observed_generation <= 0;
  if (fresh && workload.paused) return;  // its rollout begins when it is resumed
  if (fresh) {
    Note(workload, [&] { return News{.begun = RolloutOf(workload, {})}; });
  } else if (HasSynced()) {
    Note(workload, [&] { return Judge(workload); });
  } else {
    unjudged_.insert(KeyOf(workload.meta));
  }
}

void RolloutObserver::CacheSynced() {
  if (!HasSynced()) return;
  for (const ObjectKey& key : std::exchange(unjudged_, {})) {
    const std::optional<Workload> workload = cache_.workloads().Find(key);
    if (!workload) continue;
    Note(*workload, [&] { return Judge(*workload); });
    NoteLook(*workload);
  }
}

RolloutObserver::News RolloutObserver::Judge(const Workload& workload) const {
  const ReplicaSet* target = workload::FindTarget(workload, ReplicaSetsOf(workload));
  switch (workload::JudgeFirstSight(workload, target)) {
    case workload::FirstSight::kNoRollout: return {};
    case workload::FirstSight::kNew: {
      const std::string_view trigger = workload.follow_revision ? kTriggerAbort
                                       : target != nullptr      ? kTriggerTemplate
                                                                : std::string_view();
      return {.begun = RolloutOf(workload, {.trigger = trigger})};
    }
    case workload::FirstSight::kMidway: return {.begun = MidwayOf(workload, target)};
  }
  return {};
}

// Returns a rollout that windlass_rollouts_started_total does not count. There are two cases:
//   - The rollout was under way when this process first saw the workload, so another process has
//     counted it.
//   - The workload is aborted and its Pods have no revision to go back to (LacksTarget). Nothing
//     moves, but the workload is shown as a rollout that is stuck. Example: an abort brought all
//     Pods back to revision 5. Later the ReplicaSet of revision 5 was deleted.
RolloutObserver::Rollout RolloutObserver::MidwayOf(const Workload& workload,
                                                   const ReplicaSet* target) const {
  const std::optional<WallTime> shown = workload::ShownBeginning(workload, target);
  Rollout rollout{.midway = true};
  if (shown) rollout.began = rollouts_.MomentOf(*shown);
  return RolloutOf(workload, std::move(rollout));
}

void RolloutObserver::Gone(const ObjectKey& key) {
  above_surge_.erase(key);
  unjudged_.erase(key);
  rollouts_.Finish(key, kOutcomeDeleted);
}

// Returns the News about an edit of the spec: which rollouts begin or end. The News is empty in
// these cases:
//   - The object is paused: no rollout begins, and a rollout under way keeps its target. `paused`
//     is false for a Rollout with spec.abort (RO-135).
//   - An abort has no ReplicaSet to go back to.
//   - It is not known yet whether the object is in a rollout (unjudged_).
RolloutObserver::News RolloutObserver::Edited(const Workload& before, const Workload& now) const {
  const ObjectKey key = KeyOf(now.meta);
  if (now.paused || unjudged_.contains(key)) return {};
  const ReplicaSets ours = ReplicaSetsOf(now);
  const ReplicaSet* to = workload::FindTarget(now, ours);
  if (now.follow_revision && to == nullptr) return {};  // no Pod changes its revision
  const Rollout* const known = rollouts_.Find(key);
  // Edits during a pause begin no rollout. So at the end of a pause, the Pods may have an older
  // template than `before`.
  const bool same = !before.paused && to != nullptr && workload::FindTarget(before, ours) == to;
  if (same) {  // the edit does not change which ReplicaSet is to have the Pods
    return {.target = TargetOf(now)};
  }
  const RolloutTarget wanted = TargetOf(now);
  const bool goes_on = before.paused && (workload::HasOldPods(now.status) || to == nullptr);
  const bool changed = known != nullptr ? known->target != wanted : TargetOf(before) != wanted;
  if (!changed && (known != nullptr || !goes_on)) return {};

  const bool tries_again = before.follow_revision && !now.follow_revision;
  // A request that is answered, but still there, leads to nothing any more (answered_rollback.h).
  const bool asked = before.roll_back_to && !workload::IsAnswered(before);
  return Retargeted(now, to, tries_again, asked ? kTriggerRollbackTo : kTriggerTemplate);
}

// Called when the object was faulty for a time, and a Workload can be made of it again. The rollout
// `known` of the object was under way when the fault began. The spec may have been edited during
// the fault. The observer did not see such an edit, so only another target shows it.
RolloutObserver::News RolloutObserver::SeenAgain(const Rollout& known, const Workload& now) const {
  const RolloutTarget wanted = TargetOf(now);
  if (now.paused || known.target == wanted) return {};
  const ReplicaSet* to = workload::FindTarget(now, ReplicaSetsOf(now));
  if (now.follow_revision && to == nullptr) return {};  // no Pod changes its revision
  return Retargeted(now, to, known.target.back && !wanted.back, kTriggerTemplate);
}

// Returns the News for Pods that are to have another target: the rollout under way ends, and the
// rollout to the target begins.
//   - `to`: the ReplicaSet of the target, or null
//   - `asked_by`: the trigger if the new rollout is a rollback without an abort
//   - `tries_again`: spec.abort was set back to false. The new rollout then never counts as a
//     rollback, even if its template is an earlier one: usually the user tries the aborted template
//     again
RolloutObserver::News RolloutObserver::Retargeted(const Workload& now, const ReplicaSet* to,
                                                  bool tries_again,
                                                  std::string_view asked_by) const {
  const RolloutTarget wanted = TargetOf(now);
  const bool rolls_back = wanted.back || (!tries_again && to != nullptr);
  const std::string_view outcome = wanted.back  ? kOutcomeAborted
                                   : rolls_back ? kOutcomeRolledBack
                                                : kOutcomeSuperseded;
  const std::string_view trigger = wanted.back ? kTriggerAbort : asked_by;
  const Rollout begun{.trigger = rolls_back ? trigger : std::string_view()};
  return {.outcome = outcome, .begun = RolloutOf(now, begun)};
}

RolloutObserver::News RolloutObserver::Look(const Workload& workload) const {
  const ObjectKey key = KeyOf(workload.meta);
  const Rollout* const rollout = rollouts_.Find(key);
  if (rollout == nullptr) {
    if (!HasSynced() || !workload::LacksTarget(workload)) return {};
    return {.begun = MidwayOf(workload, nullptr), .state = StateOf(workload)};
  }
  if (workload.follow_revision && !rollout->target.back) return LookAtAbort(workload);
  if (IsComplete(workload) && rollout->target == TargetOf(workload)) {
    // If an abort has no ReplicaSet to go back to, its rollout ends as aborted when the workload
    // has no Pods and wants none.
    const bool lost = workload.follow_revision &&
                      workload::FindTarget(workload, ReplicaSetsOf(workload)) == nullptr;
    return {.outcome = lost ? kOutcomeAborted : kOutcomeComplete};
  }
  return {.state = StateOf(workload)};
}

// Called while spec.abort is in force, and the rollout under way began before the abort. Edited has
// not ended this rollout, because the abort had no ReplicaSet to go back to. The rollout ends here:
//   - when the abort has such a ReplicaSet; the rollout back to this ReplicaSet then begins
//   - when the workload has no Pods and wants none
RolloutObserver::News RolloutObserver::LookAtAbort(const Workload& workload) const {
  if (workload::FindTarget(workload, ReplicaSetsOf(workload)) != nullptr) {
    return {.outcome = kOutcomeAborted, .begun = RolloutOf(workload, {.trigger = kTriggerAbort})};
  }
  if (!workload::HasOrWantsPods(workload)) return {.outcome = kOutcomeAborted};
  return {.state = StateOf(workload)};
}

workload::RolloutState RolloutObserver::StateOf(const Workload& workload) const {
  RolloutHold hold = workload.kind.HoldOf(workload);
  const RolloutHold other = extended_of_(workload).hold;
  if (hold.cause.empty()) hold.cause = other.cause;
  hold.by_user = hold.by_user || other.by_user;
  return workload::StateOf(workload, hold);
}

void RolloutObserver::NotePods(const Workload& workload) {
  const auto count = [&] { return workload::PodsAboveSurge(workload); };
  const std::optional<int64_t> pods =
      KnownOf(faults_, cache_.workloads().resource(), workload.meta, count);
  if (!pods) return;  // the number stays as it was
  if (*pods == 0) {
    above_surge_.erase(KeyOf(workload.meta));
  } else {
    above_surge_[KeyOf(workload.meta)] = *pods;
  }
}

// --- rollouts ---

std::string_view RolloutObserver::StrategyOf(const Workload& workload) const {
  const std::string_view extended = extended_of_(workload).strategy;
  if (!extended.empty()) return extended;
  switch (workload.strategy) {
    case Strategy::kRollingUpdate: return "RollingUpdate";
    case Strategy::kRecreate: return "Recreate";
    case Strategy::kOther: return "Other";
  }
  return "Other";
}

// Returns `rollout` with its target and strategy added. The caller must have set all other members.
RolloutObserver::Rollout RolloutObserver::RolloutOf(const Workload& workload,
                                                    Rollout rollout) const {
  rollout.target = TargetOf(workload);
  rollout.strategy = StrategyOf(workload);
  return rollout;
}

// When this process begins to lead, it counts the rollouts of objects whose latest generation no
// leader has observed. Most likely no leader has counted these rollouts.
void RolloutObserver::Lead(bool leading) {
  rollouts_.Lead(leading, [this](const ObjectKey& key) {
    const std::optional<Workload> workload = cache_.workloads().Find(key);
    return workload && !IsObserved(*workload);
  });
}

// --- what the metrics show ---

// Like DescribeWorkload, but adds nothing if DescribeWorkload fails (object_fault.h).
void RolloutObserver::Describe(const ObjectKey& key, ShownRollout& shown) const {
  const std::optional<Workload> workload = cache_.workloads().Find(key);
  if (!workload) return;
  const auto describe = [&] {
    ShownRollout described = shown;
    DescribeWorkload(*workload, described);
    return described;
  };
  auto known = KnownOf(faults_, cache_.workloads().resource(), workload->meta, describe);
  if (known) shown = *std::move(known);
}

// Adds revision, step and Pods to `shown`. Leaves the revision empty if FindTarget finds no
// ReplicaSet, or if this ReplicaSet does not have the highest revision number yet. Example: the
// highest number is 7, and Pods go back to the ReplicaSet with number 5. The revision stays empty
// until this ReplicaSet gets number 8.
void RolloutObserver::DescribeWorkload(const Workload& workload, ShownRollout& shown) const {
  const ReplicaSets ours = ReplicaSetsOf(workload);
  const ReplicaSet* target = workload::FindTarget(workload, ours);
  const int64_t latest = workload::LatestRevision(ours);
  if (target != nullptr && latest > 0 && workload::RevisionOf(target->meta) == latest) {
    shown.revision = std::to_string(latest);
    shown.id = workload::RolloutId(workload.meta, latest);
  }
  if (const std::optional<StepPosition> step = workload.kind.StepOf(workload)) {
    shown.step = step->index;
    shown.steps = step->total;
  }
  const WorkloadStatus& status = workload.status;
  shown.replicas = {{"desired", workload.replicas},
                    {"updated", status.updated_replicas},
                    {"ready", status.ready_replicas},
                    {"available", status.available_replicas},
                    {"old", status.replicas - status.updated_replicas},
                    {"terminating", status.terminating_replicas.value_or(0)}};
}

void RolloutObserver::AddFigures(Figures& figures) const {
  rollouts_.AddFigures(figures,
                       [this](const ObjectKey& key, ShownRollout& shown) { Describe(key, shown); });
  if (rollouts_.leads()) AddPodsAboveSurge(figures);
}

void RolloutObserver::AddPodsAboveSurge(Figures& figures) const {
  const RolloutCounts& counts = rollouts_.counts();
  counts.AddPodsAboveSurge(figures, "", kind(), 0);  // so that the metric exists from the start
  for (const auto& [key, pods] : above_surge_) {
    counts.AddPodsAboveSurge(figures, std::string(key.namespace_.text()), kind(), pods);
  }
}

}  // namespace windlass
