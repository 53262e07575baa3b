#include "controller/workload/status/progress.h"

#include <algorithm>
#include <utility>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/annotations/copied_annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/revisions/proven.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/status/complete.h"
#include "controller/workload/status/deadline.h"
#include "controller/workload/status/own_reasons.h"
#include "controller/workload/status/refused_write.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {
namespace {
constexpr std::string_view kCreatedReason = "NewReplicaSetCreated";
constexpr std::string_view kFoundReason = "FoundNewReplicaSet";

std::string Quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

// Returns `Deployment "web"`.
std::string NameOf(const Workload& workload) {
  return std::string(workload.kind.traits().name()) + " " + Quoted(workload.meta.name);
}

// Returns `ReplicaSet "web-7c9"`, or names the workload while there is no new ReplicaSet.
std::string Subject(const Situation& situation) {
  const ReplicaSet* rs = situation.new_replica_set;
  return rs != nullptr ? "ReplicaSet " + Quoted(rs->meta.name) : NameOf(situation.workload);
}

std::string CreatedText(const ReplicaSet& rs) {
  return "Created new replica set " + Quoted(rs.meta.name);
}

std::string FoundText(const ReplicaSet& rs) {
  return "Found new replica set " + Quoted(rs.meta.name);
}

Condition Found(const Situation& situation) {
  return Progressing(situation, "True", kFoundReason, FoundText(*situation.new_replica_set));
}

// Returns true if the stored status says that the rollout was aborted.
bool WasAborted(const Workload& workload) {
  const Condition* shown = FindCondition(workload.status.conditions, kProgressing);
  return shown != nullptr && shown->reason == AbortedReason(workload);
}

// Returns the condition Progressing with which a rollout begins. progress.h says which reason it
// has.
Condition Begun(const Situation& situation) {
  const ReplicaSet& rs = *situation.new_replica_set;
  const bool reused = rs.meta.annotations.Has(kRevisionHistory) ||
                      rs.meta.creation_timestamp < situation.workload.meta.creation_timestamp ||
                      WasAborted(situation.workload);
  if (reused) return Found(situation);
  return Progressing(situation, "True", kCreatedReason, CreatedText(rs));
}

// Returns true if Windlass does not know which ReplicaSet has the template, and the condition is
// missing or may be about an earlier rollout. A condition whose message names the workload, or that
// reports a refused create, is about the present rollout.
bool SpeaksOfEarlierRollout(const Situation& situation, const Condition* progressing) {
  if (!situation.extended.new_one_unknown) return false;
  if (progressing == nullptr) return true;
  return progressing->reason != kCreateErrorReason &&
         !SpeaksOfWorkload(situation.workload, *progressing);
}

// Returns true if this sync made the new ReplicaSet and has written no status since. Times cannot
// show this: they have whole seconds, and the API server's clock may be behind.
bool MadeInThisSync(const Workload& workload, const Learned& learned) {
  for (auto it = learned.rbegin(); it != learned.rend(); ++it) {
    const RequestKey& asked = it->asked;
    if (!it->said.ok()) continue;
    if (asked.resource == workload.kind.traits().resource && asked.subresource == "status") {
      return false;
    }
    if (asked.verb == Verb::kCreate && asked.resource == resources::kReplicaSets) return true;
  }
  return false;
}

// Returns true in each of these cases:
//   - This sync made the new ReplicaSet, and has written no status since.
//   - The new ReplicaSet is younger than the condition.
//   - The condition still reports that the create of the new ReplicaSet was refused.
// Revision and name do not show that a ReplicaSet is new: if a ReplicaSet was deleted or released,
// the next one gets the same revision, and often the same name.
bool MadeSince(const Situation& situation, const Condition* progressing) {
  if (MadeInThisSync(situation.workload, situation.learned)) return true;
  return progressing != nullptr &&
         (progressing->reason == kCreateErrorReason ||
          progressing->last_update_time < situation.new_replica_set->meta.creation_timestamp);
}

// Returns the revision that `rs` had before its present one (D-164); empty if there was none.
std::string_view RevisionBefore(const ReplicaSet& rs) {
  const auto history = rs.meta.annotations.Find(kRevisionHistory).value_or(std::string_view());
  return history.substr(history.rfind(',') + 1);
}

// Returns true if no status has reported yet that the present rollout began (the cases in
// progress.h). Requires that `status` has its new counters.
bool Unacknowledged(const Situation& situation, const Condition* progressing,
                    const WorkloadStatus& status) {
  if (situation.new_replica_set == nullptr) return false;
  const bool made = MadeSince(situation, progressing);
  const std::string_view revision = situation.workload.revision;
  const std::string_view made_as = RevisionText(situation.new_replica_set->meta);
  const bool differs = !IsPublished(situation.workload, *situation.new_replica_set);
  if (!made && !differs) return false;

  const bool spoken_of = SpeaksOfNewReplicaSet(situation, progressing);
  // A controller whose clock is slow may have written the condition. The rollout may then be
  // complete although the condition seems older than the ReplicaSet.
  const bool completed = spoken_of && progressing->reason == kAvailableReason &&
                         DeploymentComplete(situation.workload, status);
  if (made && !completed) return true;
  if (!differs || !spoken_of) return differs;
  // The condition is about the new ReplicaSet, but the published revision is not that of this
  // ReplicaSet. One of these has happened:
  //   - The rollout left this ReplicaSet and came back to it, and no status has reported that. The
  //     published revision is then the one that this ReplicaSet had before its present one, and
  //     came_back is true.
  //   - A status has reported the rollout, and the published revision was lost or overwritten
  //     since. Example: `kubectl replace` drops the revision annotation of a Deployment. came_back
  //     is then false.
  const bool came_back = !revision.empty() && !made_as.empty() &&
                         revision == RevisionBefore(*situation.new_replica_set);
  return came_back;
}

// Returns true if the rollout stands still because a user asked for a pause or a wait.
bool StandsStill(const Situation& situation) {
  return situation.extended.at_rest ||
         std::ranges::any_of(situation.extended.standstills, [&](const Standstill& standstill) {
           return standstill.until > situation.now;
         });
}

// Returns true if the condition reports a halt that is over: an abort, a refusal (P-014) or a pause
// at a step. Must not be called while the rollout is aborted (RO-034) or refused.
bool IsHaltOver(const Situation& situation, const Condition& progressing) {
  const Workload& workload = situation.workload;
  if (progressing.reason == std::string(workload.kind.traits().name()) + "PausedAtStep") {
    return !StandsStill(situation);
  }
  return progressing.status == "False" && TellsOfHalt(progressing);
}

// Returns true if the condition holds the result of an earlier rollout, which must not be shown for
// the present one:
// - "timed out", if a new generation is being acknowledged, and the condition is not about the
//   ReplicaSet of that generation (W-12);
// - "complete", while there is no new ReplicaSet although the workload wants Pods. Example: a
//   Recreate waits for old Pods;
// - "aborted", "paused at a step" or a refusal, if this cause no longer applies (IsHaltOver).
bool VerdictIsStale(const Situation& situation, const Condition* progressing) {
  if (progressing == nullptr) return false;
  if (IsHaltOver(situation, *progressing)) return true;
  const Workload& workload = situation.workload;
  if (progressing->reason == kAvailableReason) {
    return situation.new_replica_set == nullptr && workload.replicas > 0;
  }
  return progressing->reason == kExceededReason && !SpeaksOfNewReplicaSet(situation, progressing) &&
         workload.status.observed_generation < workload.meta.generation;
}

bool HasMoved(const Situation& situation, const WorkloadStatus& status) {
  WorkloadStatus before = situation.workload.status;
  if (situation.extended.ready_is_no_progress) {
    before.ready_replicas = status.ready_replicas;
    before.available_replicas = status.available_replicas;
  }
  return DeploymentProgressing(before, status);
}

// Sets Progressing to "aborted". The message names the revision to which Pods return. Requires a
// new ReplicaSet and workload.follow_revision.
void TellAborted(const Situation& situation, std::vector<Condition>& conditions) {
  const Workload& workload = situation.workload;
  const ReplicaSet& rs = *situation.new_replica_set;
  const std::string reason = AbortedReason(workload);
  std::string message =
      std::string(workload.kind.traits().name()) + " is aborted: Pods follow revision " +
      std::to_string(*workload.follow_revision) + ", replica set " + Quoted(rs.meta.name);
  if (workload.paused) message += ", when the rollout is resumed";
  const Condition* present = FindCondition(conditions, kProgressing);
  const bool same = present != nullptr && present->reason == reason && present->message == message;
  if (same) return;
  RefreshCondition(conditions, Progressing(situation, "False", reason, std::move(message)));
}

// Returns true if the workload wants Pods, and the present revision was never complete with Pods
// (RO-137). Example: the workload wanted no Pods until now, so Progressing says "complete". With
// the first Pods, the rollout and its deadline begin. Always false for kinds that keep no stable
// revision.
bool WakesUnproven(const Situation& situation) {
  const Workload& workload = situation.workload;
  const ReplicaSet* rs = situation.new_replica_set;
  if (!workload.kind.traits().keeps_stable_revision || rs == nullptr || workload.replicas == 0) {
    return false;
  }
  return !IsProven(situation, *rs);
}

// Returns true if `progressing` is about the present rollout, and this rollout is not complete: its
// deadline runs, or has passed.
bool IsTimed(const Situation& situation, const Condition* progressing) {
  return SpeaksOfNewReplicaSet(situation, progressing) && progressing->reason != kAvailableReason &&
         !MadeSince(situation, progressing);
}

}  // namespace

// The time of the condition is never before the creation of the ReplicaSet, because MadeSince
// compares the two.
Condition Progressing(const Situation& situation, std::string_view status, std::string_view reason,
                      std::string message) {
  const ReplicaSet* rs = situation.new_replica_set;
  const WallTime made = rs != nullptr ? rs->meta.creation_timestamp : WallTime();
  return NewCondition(kProgressing, status, reason, std::move(message),
                      std::max(situation.now, made));
}

bool TellsOfHalt(const Condition& progressing) {
  return progressing.status != "True" && progressing.reason != kExceededReason &&
         progressing.reason != kCreateErrorReason;
}

bool TellsOfBegin(const Condition& progressing) {
  return progressing.reason == kCreatedReason || progressing.reason == kFoundReason;
}

// This function and SpeaksOfWorkload read the message, because nothing else in a condition
// Progressing says which object it is about. Upstream's controller writes the same messages.
bool SpeaksOfNewReplicaSet(const Situation& situation, const Condition* progressing) {
  const ReplicaSet* rs = situation.new_replica_set;
  if (rs == nullptr || progressing == nullptr) return false;
  const std::string& message = progressing->message;
  return message == CreatedText(*rs) || message == FoundText(*rs) ||
         message.starts_with(Subject(situation) + " ");
}

bool SpeaksOfWorkload(const Workload& workload, const Condition& progressing) {
  return progressing.message.starts_with(NameOf(workload) + " ");
}

Condition Moving(const Situation& situation) {
  return Progressing(situation, "True", kUpdatedReason, Subject(situation) + " is progressing.");
}

Condition Exceeded(const Situation& situation) {
  return Progressing(situation, "False", kExceededReason,
                     Subject(situation) + " has timed out progressing.");
}

Condition Completed(const Situation& situation) {
  return Progressing(situation, "True", kAvailableReason,
                     Subject(situation) + " has successfully progressed.");
}

bool RenewIfMoved(const Situation& situation, WorkloadStatus& status) {
  if (!situation.has_progress_deadline() || !HasMoved(situation, status)) return false;
  RefreshCondition(status.conditions, Moving(situation));
  return true;
}

void UpdateProgressing(const Situation& situation, WorkloadStatus& status) {
  std::vector<Condition>& conditions = status.conditions;
  if (!situation.has_progress_deadline()) return RemoveCondition(conditions, kProgressing);
  if (const auto& why = situation.extended.refused) {  // nothing is rolled out (P-014)
    const Condition* present = FindCondition(conditions, kProgressing);
    if (present != nullptr && present->message == why->message) return;
    return RefreshCondition(conditions, Progressing(situation, "False", why->reason, why->message));
  }
  if (situation.workload.follow_revision) return TellAborted(situation, conditions);

  const Condition* present = FindCondition(conditions, kProgressing);
  if (Unacknowledged(situation, present, status)) {
    RefreshCondition(conditions, Begun(situation));
  } else if (present == nullptr && situation.new_replica_set != nullptr) {
    SetCondition(conditions, Found(situation));  // acknowledged, but without a condition (D-166)
  } else if (VerdictIsStale(situation, present)) {
    RefreshCondition(conditions, Moving(situation));
  }

  present = FindCondition(conditions, kProgressing);
  if (present != nullptr && present->reason == kAvailableReason && WakesUnproven(situation) &&
      !DeploymentComplete(situation.workload, status)) {
    RefreshCondition(conditions, Moving(situation));
    present = FindCondition(conditions, kProgressing);
  }
  const bool already_complete = status.replicas == status.updated_replicas && present != nullptr &&
                                present->reason == kAvailableReason;
  if (already_complete) return;  // Pods lost later do not make the rollout fail (D-422)
  if (DeploymentComplete(situation.workload, status)) {
    SetCondition(conditions, Completed(situation));
  } else if (!RenewIfMoved(situation, status) && TimedOut(situation, status)) {
    SetCondition(conditions, Exceeded(situation));
  }
}

// Reports the beginning of a rollout only if IsTimed is false. Reason: a sync that is held up does
// not publish the revision, so a rollout back to an earlier ReplicaSet (case 2 in progress.h) stays
// unacknowledged. Without IsTimed, each such sync would begin the deadline anew.
void UpdateProgressingHeldUp(const Situation& situation, WorkloadStatus& status) {
  if (!situation.has_progress_deadline() || situation.extended.refused ||
      situation.workload.follow_revision) {
    return UpdateProgressing(situation, status);
  }
  std::vector<Condition>& conditions = status.conditions;
  const Condition* present = FindCondition(conditions, kProgressing);
  const bool exceeded = present != nullptr && present->reason == kExceededReason;
  // A refused adoption must not make a complete Rollout look unfinished (RO-098).
  if (situation.extended.published_is_new) return;
  if (situation.new_replica_set == nullptr) {
    const bool is_stale = !exceeded && VerdictIsStale(situation, present);
    if (is_stale || SpeaksOfEarlierRollout(situation, present)) {
      RefreshCondition(conditions, Moving(situation));
    }
  } else if (present == nullptr) {
    SetCondition(conditions, Found(situation));
  } else if (!IsTimed(situation, present) && Unacknowledged(situation, present, status)) {
    RefreshCondition(conditions, Begun(situation));
  } else if (IsHaltOver(situation, *present)) {
    RefreshCondition(conditions, Moving(situation));
  }
  if (TimedOut(situation, status)) SetCondition(conditions, Exceeded(situation));
}

std::string AbortedReason(const Workload& workload) {
  return std::string(workload.kind.traits().name()) + "Aborted";
}

void MarkPaused(const Situation& situation, WorkloadStatus& status) {
  if (!situation.has_progress_deadline()) return;
  if (situation.workload.follow_revision) return UpdateProgressing(situation, status);
  const KindTraits& traits = situation.workload.kind.traits();
  const bool keeps_timeout = !traits.pause_ends_timeout;
  const Condition* present = FindCondition(status.conditions, kProgressing);
  if (keeps_timeout && present != nullptr && present->reason == kExceededReason) return;
  const std::string kind(traits.name());
  SetCondition(status.conditions, NewCondition(kProgressing, "Unknown", kind + "Paused",
                                               kind + " is paused", situation.now));
}

void UpdateReplicaFailure(const Situation& situation, WorkloadStatus& status) {
  const Condition* failure = nullptr;
  if (situation.new_replica_set != nullptr) {
    failure = FindCondition(situation.new_replica_set->status.conditions, kReplicaFailure);
  }
  for (const ReplicaSet* rs : situation.all) {
    if (failure == nullptr) failure = FindCondition(rs->status.conditions, kReplicaFailure);
  }
  if (failure == nullptr) return TellRefusedWrite(situation, status.conditions);
  Condition copy = *failure;
  copy.last_update_time = failure->last_transition_time;
  UpdateCondition(status.conditions, std::move(copy));
}

void KeepReplicaFailure(const Situation& situation, WorkloadStatus& status) {
  const Condition* shown = FindCondition(status.conditions, kReplicaFailure);
  const bool ours =
      shown != nullptr && (HoldsUp(shown->reason.text()) || shown->reason == kNotCopied);
  if (ours || situation.refused || WhyNotCopied(situation)) UpdateReplicaFailure(situation, status);
}

}  // namespace windlass::workload
