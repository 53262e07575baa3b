#include "controller/replication_controller/run.h"

#include <utility>

#include "controller/replication_controller/target.h"
#include "controller/replication_controller/words.h"

namespace windlass::replication_controller {
namespace {

bool IsDone(const ReplicationControllerUpdateStatus& status) {
  return status.phase == kSucceeded || status.phase == kRolledBack;
}

bool IsTimedOut(const ReplicationControllerUpdateStatus& status) {
  const Condition* stalled = FindCondition(status.conditions, "Stalled");
  return status.phase == kFailed && stalled != nullptr && stalled->reason == kTimedOut;
}

// Returns true if the run was refused before it changed anything. One that waits for a controller
// that does not exist yet was not: a manifest may come before it.
bool IsRefused(const ReplicationControllerUpdateStatus& status) {
  const Condition* stalled = FindCondition(status.conditions, "Stalled");
  return status.phase == kFailed && status.step.empty() && stalled != nullptr &&
         stalled->reason != kNotFound;
}

// Returns true if spec.newName is another than the run began with. A rename that has begun is
// finished first: its Pods may have no owner already.
bool IsForOther(const ReplicationControllerUpdate& update) {
  return update.status.journal.empty() && HasOtherName(update.spec, update.status.target);
}

bool NewRolloutIsDue(const ReplicationControllerUpdate& update) {
  const ReplicationControllerUpdateStatus& stored = update.status;
  if (IsDone(stored) && !IsOfPresentSpec(update)) return true;
  if (stored.step == kStepDone && !IsDone(stored)) return true;
  if (IsForOther(update)) return true;
  return !stored.step.empty() && stored.rollback != update.spec.rollback;
}

bool NewRunIsDue(const ReplicationControllerUpdate& update) {
  const bool goes_on = update.status.phase == kFailed && !IsOfPresentSpec(update);
  return goes_on || NewRolloutIsDue(update);
}

}  // namespace

bool IsOfPresentSpec(const ReplicationControllerUpdate& update) {
  return update.status.observed_generation >= update.meta.generation;
}

bool HasEnded(const ReplicationControllerUpdate& update) {
  const ReplicationControllerUpdateStatus& stored = update.status;
  return IsOfPresentSpec(update) && (IsDone(stored) || IsTimedOut(stored) || IsRefused(stored));
}

bool WasRefused(const ReplicationControllerUpdate& update) {
  return HasEnded(update) && IsRefused(update.status);
}

ReplicationControllerUpdateStatus StatusOfRun(const ReplicationControllerUpdate& update) {
  const ReplicationControllerUpdateStatus& stored = update.status;
  if (!NewRunIsDue(update)) return stored;
  ReplicationControllerUpdateStatus fresh;
  fresh.observed_generation = stored.observed_generation;
  fresh.earlier_rollouts = stored.earlier_rollouts + (NewRolloutIsDue(update) ? 1 : 0);
  fresh.phase = stored.phase;
  fresh.message = stored.message;
  fresh.lines = stored.lines;
  fresh.line_count = stored.line_count;
  fresh.conditions = stored.conditions;
  if (stored.step == kStepDone) return fresh;
  // The new controller is still the one that was made, and a rename that was cut off is finished.
  fresh.journal = stored.journal;
  if (!IsForOther(update)) fresh.target = stored.target;
  return fresh;
}

}  // namespace windlass::replication_controller
