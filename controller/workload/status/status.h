// The workload's status: the condition Available, and the writes that publish the status.
//
// The status is always computed anew from the claimed ReplicaSets and written only if something
// differs. It is written after the ReplicaSets, so that a client that sees a new observedGeneration
// can read the new sizes at once (D-065). Source: D-400…D-407.
//
// After the API server has refused a status, no function of this file returns a status write for
// the rest of the sync (WasStatusRefused). The sync goes on with other decisions, and ends with the
// refusal (UnlessStatusRefused).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Sets the condition Available: True if at least spec.replicas less maxUnavailable Pods are
// available (D-407). Example: 10 replicas, maxUnavailable 2: True with 8. If an extension counts
// Pods itself, its numbers are used (Extended::counted).
// Pods above a ReplicaSet's size do not count, because they will be removed. Upstream counts them,
// and so reports True for a Recreate workload while all its Pods are being removed.
void UpdateAvailable(const Situation& situation, WorkloadStatus& status);

// Sets the condition Available to True or False, with upstream's reasons and messages.
void TellAvailable(const Workload& workload, bool enough, WallTime now,
                   std::vector<Condition>& conditions);

// Returns the present status with new counters and Available. observedGeneration stays as it is,
// because Windlass has not acted upon the present generation.
WorkloadStatus CountUnobserved(const Situation& situation);

enum class Progress : uint8_t {
  // For a rollout: evaluates Progressing and ReplicaFailure, and updates the further conditions:
  // those about answered rollbacks and overlaps, and those of the extension.
  kEvaluate,
  // For a deletion: keeps Progressing and the further conditions. KeepReplicaFailure (progress.h)
  // decides about ReplicaFailure (D-420).
  kKeep,
  // For a pause: Progressing reports it (MarkPaused, D-062). ReplicaFailure is treated as with
  // kKeep, the further conditions as with kEvaluate.
  kPaused,
};

// Returns the write that publishes the status and the revision of the new ReplicaSet, and removes
// internal annotations that `kubectl rollout undo` copied to the workload (P-074). Returns nullopt
// if none of this changes the object.
std::optional<Step> WriteStatus(const Situation& situation, Progress progress);

// Returns a status write of the Progressing condition alone (D-064). Returns nullopt if there is no
// progress deadline, or the condition has that status and reason already.
std::optional<Step> WriteProgressing(const Situation& situation, std::string_view status,
                                     std::string_view reason, std::string message);

// Returns the status write of the counters, Available, ReplicaFailure, and the condition about
// answered rollbacks. The observed generation stays as it is. Returns nullopt if nothing differs.
std::optional<Step> WriteCounters(const Situation& situation);

// Returns the status write that only changes the conditions of the extension, with the Events about
// them. Returns nullopt if these conditions do not change, or if such a write would be in vain. No
// refusal of this write holds up the rollout.
std::optional<Step> WriteOfExtension(const Situation& situation);

// Returns the status write of a sync that cannot go on: a write was refused, or there is no room
// for a size. Returns nullopt if nothing differs. The write acknowledges neither the generation nor
// the revision (D-065). It has new counters, Available and ReplicaFailure. Unless the workload is
// being deleted, it also has the conditions about answered rollbacks and overlaps, and those of the
// extension. Progressing
//   - stays as it is if the workload is being deleted
//   - changes as MarkPaused says if the workload is paused
//   - otherwise changes as UpdateProgressingHeldUp says
std::optional<Step> WriteHeldUp(const Situation& situation);

// Returns the status write that only sets or removes the condition RollbackToNotRemoved, or renews
// its time (ShowAnsweredRollback). Returns nullopt if the condition does not change, or if such a
// write would be in vain. No refusal of this write holds up the rollout.
std::optional<Step> WriteAnsweredRollback(const Situation& situation);

// Returns the status write after a refused create (D-175); nullopt if nothing differs.
// observedGeneration stays as it is, because Windlass has not acted upon the present generation
// (D-065). The write has
//   - new counters: without them the status would be out of date while the refusal lasts
//   - Available, and the condition about answered rollbacks
//   - Progressing if there is a deadline, otherwise the conditions of the extension
// A new workload, without a ReplicaSet and an observed generation, has nothing to count. The write
// then has neither new counters nor conditions of the extension.
std::optional<Step> WriteCreateError(const Situation& situation, std::string message);

// Like RefuseStrategy. But for a kind with KindTraits::tells_invalid_strategy, first returns the
// status write that shows the reason InvalidStrategy, if this write is due. Without this write, a
// status that asks users for a promotion would keep asking, although Windlass carries out no
// promotion while the strategy is invalid (RO-062).
std::optional<Step> RefuseAndTellStrategy(const Situation& situation);

}  // namespace windlass::workload
