#include "controller/replication_controller/run.h"

#include <utility>

#include "controller/replication_controller/words.h"

namespace windlass::replication_controller {
namespace {

bool IsOfPresentSpec(const ReplicationControllerUpdate& update) {
  return update.status.observed_generation >= update.meta.generation;
}

bool IsDone(const ReplicationControllerUpdateStatus& status) {
  return status.phase == kSucceeded || status.phase == kRolledBack;
}

bool IsTimedOut(const ReplicationControllerUpdateStatus& status) {
  const Condition* stalled = FindCondition(status.conditions, "Stalled");
  return status.phase == kFailed && stalled != nullptr && stalled->reason == kTimedOut;
}

// Returns true if spec.newName is another than the run's.
bool HasOtherTarget(const ReplicationControllerUpdate& update) {
  const std::string& wanted = update.spec.new_name;
  const std::string& resolved = update.status.new_name;
  return !wanted.empty() && !resolved.empty() && wanted != resolved;
}

bool NewRunIsDue(const ReplicationControllerUpdate& update) {
  const ReplicationControllerUpdateStatus& stored = update.status;
  const ReplicationControllerUpdateSpec& spec = update.spec;
  const bool ended = IsDone(stored) || stored.phase == kFailed;
  if (ended && !IsOfPresentSpec(update)) return true;
  if (stored.step.empty()) return false;
  if (stored.rollback != spec.rollback) return true;
  return HasOtherTarget(update);
}

}  // namespace

bool HasEnded(const ReplicationControllerUpdate& update) {
  const ReplicationControllerUpdateStatus& stored = update.status;
  return IsOfPresentSpec(update) && (IsDone(stored) || IsTimedOut(stored));
}

ReplicationControllerUpdateStatus StatusOfRun(const ReplicationControllerUpdate& update) {
  const ReplicationControllerUpdateStatus& stored = update.status;
  if (!NewRunIsDue(update)) return stored;
  ReplicationControllerUpdateStatus fresh;
  fresh.observed_generation = stored.observed_generation;
  fresh.phase = stored.phase;
  fresh.message = stored.message;
  fresh.lines = stored.lines;
  fresh.line_count = stored.line_count;
  fresh.conditions = stored.conditions;
  // A rename that was cut off is finished from it. A rollback and another target need none.
  const bool same = stored.rollback == update.spec.rollback && !HasOtherTarget(update);
  if (same && !IsDone(stored)) fresh.journal = stored.journal;
  return fresh;
}

}  // namespace windlass::replication_controller
