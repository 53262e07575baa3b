#include "controller/replication_controller/watch/update_observer.h"

#include <optional>
#include <string_view>
#include <utility>

#include "controller/api/custom_resources.h"
#include "controller/kind/conditions.h"
#include "controller/replication_controller/run.h"
#include "controller/replication_controller/words.h"
#include "controller/workload/own_reasons.h"
#include "controller/workload/revisions/rollout_id.h"
#include "controller/workload/watch/rollout_state.h"

namespace windlass {
namespace {

namespace rc = replication_controller;
using Rollout = RolloutsUnderWay::Rollout;
using Update = ReplicationControllerUpdate;
using workload::RolloutState;

constexpr std::string_view kRollingUpdate = "RollingUpdate";

bool IsComplete(const Update& update) {
  return rc::HasEnded(update) && update.status.phase != rc::kFailed;
}

// Returns true if the run was refused, and neither this run nor an earlier one has changed
// anything. If an earlier run had changed something, the status would still have the target of that
// run.
bool IsRefusedWhole(const Update& update) {
  const ReplicationControllerUpdateStatus& status = update.status;
  return rc::HasEnded(update) && status.phase == rc::kFailed && status.step.empty() &&
         status.target.empty();
}

// Returns true if the last run ended in this change, and the spec asks for another run already.
// Finish (writes.h) has then stored the phase Preparing.
bool EndsForNext(const Update& before, const Update& now) {
  const ReplicationControllerUpdateStatus& status = now.status;
  const bool ended = status.step == rc::kStepDone && before.status.step != rc::kStepDone;
  return ended && status.phase == rc::kPreparing;
}

// Returns true if `now` is in the middle of a rename, or has just ended one. If a user sets
// spec.rollback before the new controller is gone, the run clears the journal and goes back, so it
// renames nothing any more.
bool Renames(const Update& before, const Update& now) {
  const ReplicationControllerUpdateStatus& status = now.status;
  if (!status.journal.empty()) return true;
  const bool renamed = status.step == rc::kStepDone && status.phase != rc::kRolledBack;
  return renamed && !before.status.journal.empty();
}

// Returns the outcome of the rollout to `target` if an edit of the update ends this rollout;
// otherwise "". An edit during a rename is for the next run.
std::string_view OutcomeOfEdit(const RolloutTarget& target, const Update& before,
                               const Update& now) {
  if (Renames(before, now)) return "";
  if (now.spec.rollback != target.back) {
    return now.spec.rollback ? kOutcomeRolledBack : kOutcomeSuperseded;
  }
  if (target.back) return "";
  return rc::IsForOther(now.spec, target.wanted) ? kOutcomeSuperseded : std::string_view();
}

// Returns true if a leader has looked at the run of the present spec. Returns false for a run that
// is paused before its first step, unless the run goes on with the target of an earlier run.
bool IsMidway(const Update& update) {
  const ReplicationControllerUpdateStatus& status = update.status;
  if (status.observed_generation <= 0 || status.step == rc::kStepDone) return false;
  if (!status.journal.empty()) return true;
  if (status.step.empty()) return status.phase != rc::kPaused || !status.target.empty();
  if (rc::IsOfPresentSpec(update)) return true;
  return status.rollback == update.spec.rollback && !rc::IsForOther(update.spec, status.target);
}

const Condition* ReadyOf(const Update& update) {
  return FindCondition(update.status.conditions, kind::kReadyCondition);
}

// The rollout is stuck, unless spec.paused is true,
//   - if it has failed
//   - if the phase is Paused for another reason than kPaused: another client has scaled one of the
//     two controllers. With reason kPaused, a user has just set spec.paused to false
//   - if Windlass has no room for it in memory, whatever the phase
RolloutState StateOf(const Update& update) {
  if (update.spec.paused) return {workload::kPausedPhase};
  const std::string& phase = update.status.phase;
  const Condition* ready = ReadyOf(update);
  const std::string_view reason = ready != nullptr ? ready->reason.text() : std::string_view();
  const bool left_alone = reason == workload::kLeftOutReason;
  if (phase == rc::kFailed || (phase == rc::kPaused && reason != rc::kPaused) || left_alone) {
    return {workload::kStuckPhase, reason.empty() ? kOtherCause : reason};
  }
  return {};
}

}  // namespace

std::string RolloutIdOf(const ReplicationControllerUpdate& update) {
  return workload::RolloutId(update.meta, 1 + update.status.earlier_rollouts);
}

RolloutWords UpdateWords() {
  return {.kind = resources::kReplicationControllerUpdates.kind,
          .strategies = {kRollingUpdate},
          .causes = {rc::kTimedOut, rc::kExternalScale, rc::kAutoscaled, rc::kOwnedByOther,
                     rc::kSelectedByOther, rc::kInvalidUpdate, rc::kNotFound, rc::kOldDeleted,
                     rc::kUnexpectedAnnotations, rc::kOtherImage, rc::kOtherContent, rc::kOtherName,
                     rc::kNothingToRollBack, rc::kWriteRefused, workload::kLeftOutReason}};
}

UpdateObserver::UpdateObserver(const Clock& clock, Store<Update>& updates)
    : updates_(updates), rollouts_(clock, UpdateWords()) {
  updates.OnChange([this](const Change<Update>& change) { Changed(change); });
}

// --- what happens to the updates ---

void UpdateObserver::Changed(const Change<Update>& change) {
  if (change.new_object == nullptr) {
    return rollouts_.Finish(KeyOf(change.old_object->meta), kOutcomeDeleted);
  }
  if (change.old_object == nullptr) {
    SeenFirst(*change.new_object);
  } else {
    Followed(*change.old_object, *change.new_object);
  }
  const Update& update = *change.new_object;
  const ObjectKey key = KeyOf(update.meta);
  Rollout* const rollout = rollouts_.Find(key);
  if (rollout == nullptr) return;
  if (IsComplete(update)) return rollouts_.Finish(key, kOutcomeComplete);
  if (IsRefusedWhole(update)) return rollouts_.Finish(key, kOutcomeRefused);
  rollouts_.SetState(key, *rollout, StateOf(update));
}

void UpdateObserver::SeenFirst(const Update& update) {
  if (IsComplete(update) || IsRefusedWhole(update)) return;
  if (!IsMidway(update)) {
    if (!update.spec.paused) Begin(update, {});
    return;
  }
  Rollout rollout{.midway = true};
  // The rollout counts as begun when the update ceased to be ready. A rollback begins while the
  // update is not ready, so the condition does not show when the rollback began.
  const Condition* ready = update.status.rollback ? nullptr : ReadyOf(update);
  if (ready != nullptr && ready->status == "False" && !ready->last_transition_time.IsZero()) {
    rollout.began = rollouts_.MomentOf(ready->last_transition_time);
  }
  Begin(update, std::move(rollout));
}

// While the update is paused, a rollout under way keeps its target, and no rollout begins.
void UpdateObserver::Followed(const Update& before, const Update& now) {
  const ObjectKey key = KeyOf(now.meta);
  std::string_view outcome;
  const Rollout* const known = rollouts_.Find(key);
  if (known != nullptr && !now.spec.paused) outcome = OutcomeOfEdit(known->target, before, now);
  if (!outcome.empty()) rollouts_.Finish(key, outcome);
  if (EndsForNext(before, now)) rollouts_.Finish(key, kOutcomeComplete);
  if (now.spec.paused || rollouts_.Find(key) != nullptr || IsRefusedWhole(now)) return;
  // If `now` is complete already, a rollout begins only if an edit in this same change ended the
  // last rollout. Changed then ends the new rollout at once.
  if (!IsComplete(now) || !outcome.empty()) Begin(now, {});
}

// The caller fills `rollout` with what only it knows, for example when the rollout began.
void UpdateObserver::Begin(const Update& update, Rollout rollout) {
  const bool back = update.spec.rollback;
  rollout.target = {.wanted = rc::TargetOf(update.spec), .back = back};
  rollout.strategy = kRollingUpdate;
  if (back) rollout.trigger = kTriggerRollback;
  rollouts_.Begin(KeyOf(update.meta), std::move(rollout));
}

// A run that no leader has looked at was not counted yet, so this leader counts it.
void UpdateObserver::Lead(bool leading) {
  rollouts_.Lead(leading, [this](const ObjectKey& key) {
    const Update* update = updates_.Find(key);
    return update != nullptr && !rc::IsOfPresentSpec(*update) && !IsMidway(*update);
  });
}

// --- what the metrics show ---

// The sizes come from the status: those that the update has set, and the number of available Pods
// that it counted last.
void UpdateObserver::AddFigures(Figures& figures) const {
  rollouts_.AddFigures(figures, [this](const ObjectKey& key, ShownRollout& shown) {
    const Update* update = updates_.Find(key);
    if (update == nullptr) return;
    const ReplicationControllerUpdateStatus& status = update->status;
    const bool back = update->spec.rollback;
    shown.id = RolloutIdOf(*update);
    const std::pair<std::string_view, std::optional<int32_t>> sizes[] = {
        {"desired", status.desired_replicas},
        {"updated", back ? status.old_replicas : status.new_replicas},
        {"available", status.available_replicas},
        {"old", back ? status.new_replicas : status.old_replicas}};
    for (const auto& [state, size] : sizes) {
      if (size) shown.replicas.emplace_back(state, *size);
    }
  });
}

}  // namespace windlass
