#include "controller/replication_controller/watch/update_observer.h"

#include <optional>
#include <string_view>
#include <utility>

#include "controller/api/custom_resources.h"
#include "controller/kind/conditions.h"
#include "controller/replication_controller/run.h"
#include "controller/replication_controller/words.h"
#include "controller/workload/revisions/rollout_id.h"
#include "controller/workload/status/own_reasons.h"
#include "controller/workload/watch/rollout_state.h"

namespace windlass {
namespace {

namespace rc = replication_controller;
using Rollout = RolloutsUnderWay::Rollout;
using Update = ReplicationControllerUpdate;
using workload::RolloutState;

constexpr std::string_view kRollingUpdate = "RollingUpdate";
constexpr std::string_view kOutcomeRefused = "refused";
constexpr std::string_view kTriggerRollback = "rollback";  // spec.rollback

bool IsComplete(const Update& update) {
  return rc::HasEnded(update) && update.status.phase != rc::kFailed;
}

// Returns true if the run was refused, and neither this run nor an earlier one has changed
// anything. Then status.target is empty: after a change by an earlier run, it would still have the
// target of that run.
bool IsRefusedWhole(const Update& update) {
  const ReplicationControllerUpdateStatus& status = update.status;
  return rc::HasEnded(update) && status.phase == rc::kFailed && status.step.empty() &&
         status.target.empty();
}

// Returns true if a run ended between `before` and `now`, and the spec asks for another run
// already. When that run ended, Finish (writes.h) stored the phase Preparing.
bool EndsForNext(const Update& before, const Update& now) {
  const ReplicationControllerUpdateStatus& status = now.status;
  const bool ended = status.step == rc::kStepDone && before.status.step != rc::kStepDone;
  return ended && status.phase == rc::kPreparing;
}

// Returns true if `now` is in the middle of a rename, or if a rename ended between `before` and
// `now`. A run that ends in phase RolledBack has not renamed anything: spec.rollback was set before
// the new controller was deleted.
bool Renames(const Update& before, const Update& now) {
  const ReplicationControllerUpdateStatus& status = now.status;
  if (!status.journal.empty()) return true;
  const bool renamed = status.step == rc::kStepDone && status.phase != rc::kRolledBack;
  return renamed && !before.status.journal.empty();
}

// If the edit between `before` and `now` ends the rollout to `target`, returns the outcome of this
// rollout; otherwise "". An edit during a rename ends nothing, because it takes effect only in the
// next run.
std::string_view OutcomeOfEdit(const RolloutTarget& target, const Update& before,
                               const Update& now) {
  if (Renames(before, now)) return "";
  if (now.spec.rollback != target.back) {
    return now.spec.rollback ? kOutcomeRolledBack : kOutcomeSuperseded;
  }
  if (target.back) return "";
  return rc::IsForOther(now.spec, target.wanted) ? kOutcomeSuperseded : std::string_view();
}

// Returns true if a leader has begun to work on the run of the present spec. A run that is paused
// before its first step counts only if it has a target, because it then continues an earlier run.
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

// Returns the state of the rollout in the metrics: paused if spec.paused is true. Otherwise stuck
// if
//   - the phase is Failed
//   - or the phase is Paused because another client has scaled one of the two controllers. The
//     reason kPaused does not count: a user has just set spec.paused back to false
//   - or Windlass has no room in memory for an object of the update, in any phase
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
          .phases = {workload::kProgressingPhase, workload::kStuckPhase, workload::kPausedPhase},
          .causes = {rc::kTimedOut, rc::kExternalScale, rc::kAutoscaled, rc::kOwnedByOther,
                     rc::kSelectedByOther, rc::kInvalidUpdate, rc::kNotFound, rc::kOldDeleted,
                     rc::kUnexpectedAnnotations, rc::kOtherImage, rc::kOtherContent, rc::kOtherName,
                     rc::kNothingToRollBack, rc::kWriteRefused, workload::kLeftOutReason},
          .triggers = {kTriggerRollback},
          .outcomes = {kOutcomeComplete, kOutcomeSuperseded, kOutcomeRolledBack, kOutcomeRefused}};
}

UpdateObserver::UpdateObserver(const Clock& clock, FaultLog& faults, Store<Update>& updates)
    : faults_(faults), updates_(updates), rollouts_(clock, UpdateWords()) {
  updates.OnChange([this](const Change<Update>& change) { Changed(change); });
}

// Returns the result of `work`, which works on `update`; nullopt if `work` fails (object_fault.h).
template <typename Work>
auto UpdateObserver::Known(const Update& update, Work work) const {
  const ResourceId& resource = resources::kReplicationControllerUpdates;
  return KnownOf(faults_, resource, update.meta, std::move(work));
}

// --- what happens to the updates ---

void UpdateObserver::Changed(const Change<Update>& change) {
  if (change.new_object == nullptr) {
    return rollouts_.Finish(KeyOf(change.old_object->meta), kOutcomeDeleted);
  }
  const Update* before = change.old_object;
  const Update& now = *change.new_object;
  const ObjectKey key = KeyOf(now.meta);
  const auto follow = [&] { return before == nullptr ? SeenFirst(now) : Followed(*before, now); };
  rollouts_.Note(key, Known(now, follow));
  if (rollouts_.Find(key) != nullptr) rollouts_.Note(key, Known(now, [&] { return Look(now); }));
}

UpdateObserver::News UpdateObserver::Look(const Update& update) {
  if (IsComplete(update)) return {.outcome = kOutcomeComplete};
  if (IsRefusedWhole(update)) return {.outcome = kOutcomeRefused};
  return {.state = StateOf(update)};
}

UpdateObserver::News UpdateObserver::SeenFirst(const Update& update) const {
  if (IsComplete(update) || IsRefusedWhole(update)) return {};
  if (!IsMidway(update)) {
    if (update.spec.paused) return {};
    return {.begun = RolloutOf(update, {})};
  }
  Rollout rollout{.midway = true};
  // The rollout began when the condition Ready became False. A rollback may begin while Ready is
  // False already, so the condition does not show when a rollback began.
  const Condition* ready = update.status.rollback ? nullptr : ReadyOf(update);
  if (ready != nullptr && ready->status == "False" && !ready->last_transition_time.IsZero()) {
    rollout.began = rollouts_.MomentOf(ready->last_transition_time);
  }
  return {.begun = RolloutOf(update, std::move(rollout))};
}

// While spec.paused is true, an edit does not end the rollout that is under way, and no rollout
// begins.
UpdateObserver::News UpdateObserver::Followed(const Update& before, const Update& now) const {
  News news;
  const Rollout* const known = rollouts_.Find(KeyOf(now.meta));
  if (known != nullptr && !now.spec.paused) {
    news.outcome = OutcomeOfEdit(known->target, before, now);
  }
  const bool edited = !news.outcome.empty();
  if (!edited && EndsForNext(before, now)) news.outcome = kOutcomeComplete;
  const bool goes_on = known != nullptr && news.outcome.empty();
  if (now.spec.paused || goes_on || IsRefusedWhole(now)) return news;
  // If `now` is complete already, a rollout begins only if an edit in this same change ended the
  // rollout before it. The function Look then ends the new rollout at once, as complete.
  if (!IsComplete(now) || edited) news.begun = RolloutOf(now, {});
  return news;
}

// `rollout` has what only the caller knows, for example when the rollout began. RolloutOf adds the
// target, the strategy and the trigger.
Rollout UpdateObserver::RolloutOf(const Update& update, Rollout rollout) {
  const bool back = update.spec.rollback;
  rollout.target = {.wanted = rc::TargetOf(update.spec), .back = back};
  rollout.strategy = kRollingUpdate;
  if (back) rollout.trigger = kTriggerRollback;
  return rollout;
}

// The lambda returns true if no leader has worked on the present run of the update yet. A process
// that begins to lead counts such a run as a rollout begun, because no former leader counted it.
void UpdateObserver::Lead(bool leading) {
  rollouts_.Lead(leading, [this](const ObjectKey& key) {
    const Update* update = updates_.Find(key);
    if (update == nullptr) return false;
    const auto is_unseen = [&] { return !rc::IsOfPresentSpec(*update) && !IsMidway(*update); };
    return Known(*update, is_unseen).value_or(false);
  });
}

// --- what the metrics show ---

// All numbers come from the status: the sizes that the update has set, and the number of available
// Pods that it counted last.
void UpdateObserver::AddFigures(Figures& figures) const {
  rollouts_.AddFigures(figures, [this](const ObjectKey& key, ShownRollout& shown) {
    const Update* update = updates_.Find(key);
    if (update == nullptr) return;
    const ReplicationControllerUpdateStatus& status = update->status;
    const bool back = update->spec.rollback;
    shown.id = Known(*update, [&] { return RolloutIdOf(*update); }).value_or("");
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
