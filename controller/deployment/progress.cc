#include "controller/deployment/progress.h"

#include <algorithm>
#include <string>
#include <utility>

#include "controller/deployment/annotations.h"
#include "controller/deployment/conditions.h"
#include "controller/deployment/deadline.h"
#include "controller/deployment/deployment_complete.h"
#include "controller/deployment/refused_write.h"

namespace windlass::deployment {
namespace {

constexpr std::string_view kProgressing = "Progressing";
constexpr std::string_view kCreateErrorReason = "ReplicaSetCreateError";

std::string Quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

// `ReplicaSet "web-7c9"`, or the Deployment while there is no new ReplicaSet.
std::string Subject(const Situation& situation) {
  return situation.newest != nullptr ? "ReplicaSet " + Quoted(situation.newest->meta.name)
                                     : std::string(situation.workload.kind.name()) + " " +
                                           Quoted(situation.workload.meta.name);
}

// Never before the ReplicaSet it speaks of was made, however far our clock is behind the API
// server's: MadeSince leans on it.
Condition Progressing(const Situation& situation, std::string_view status, std::string_view reason,
                      std::string message) {
  const ReplicaSet* rs = situation.newest;
  const WallTime made = rs != nullptr ? rs->meta.creation_timestamp : WallTime();
  return NewCondition(kProgressing, status, reason, std::move(message),
                      std::max(situation.now, made));
}

std::string CreatedText(const ReplicaSet& rs) {
  return "Created new replica set " + Quoted(rs.meta.name);
}

std::string FoundText(const ReplicaSet& rs) {
  return "Found new replica set " + Quoted(rs.meta.name);
}

Condition Found(const Situation& situation) {
  return Progressing(situation, "True", "FoundNewReplicaSet", FoundText(*situation.newest));
}

// How a rollout that nobody acknowledged begins.
Condition Begun(const Situation& situation) {
  const ReplicaSet& rs = *situation.newest;
  const bool reused = rs.meta.annotations.Has(kRevisionHistory) ||
                      rs.meta.creation_timestamp < situation.workload.meta.creation_timestamp;
  if (reused) return Found(situation);
  return Progressing(situation, "True", "NewReplicaSetCreated", CreatedText(rs));
}

// That the new ReplicaSet is there, or what came of it since.
bool SpeaksOfNewest(const Situation& situation, const Condition* progressing) {
  const ReplicaSet* rs = situation.newest;
  if (rs == nullptr || progressing == nullptr) return false;
  const std::string& message = progressing->message;
  return message == CreatedText(*rs) || message == FoundText(*rs) ||
         message.starts_with(Subject(situation) + " ");
}

// This sync made it, and wrote no status since. Times alone would miss it within the second of the
// last word, and where the API server's clock is behind.
bool MadeInThisSync(const Workload& workload, const Learned& learned) {
  for (auto it = learned.rbegin(); it != learned.rend(); ++it) {
    const RequestKey& asked = it->asked;
    if (!it->said.ok()) continue;
    if (asked.resource == workload.kind.resource() && asked.subresource == "status") return false;
    if (asked.verb == Verb::kCreate && asked.resource == resources::kReplicaSets) return true;
  }
  return false;
}

// Younger than the last word on the rollout, or made after a create that was refused. A ReplicaSet
// that was deleted or released is made again under the revision it had, and often under its name:
// neither tells.
bool MadeSince(const Situation& situation, const Condition* progressing) {
  if (MadeInThisSync(situation.workload, situation.learned)) return true;
  return progressing != nullptr &&
         (progressing->reason == kCreateErrorReason ||
          progressing->last_update_time < situation.newest->meta.creation_timestamp);
}

// The number that `rs` had before it got its present one (D-164); empty when there was none.
std::string_view RevisionBefore(const ReplicaSet& rs) {
  const auto history = rs.meta.annotations.Find(kRevisionHistory).value_or(std::string_view());
  return history.substr(history.rfind(',') + 1);
}

// `status` has its new counters.
bool Unacknowledged(const Situation& situation, const Condition* progressing,
                    const WorkloadStatus& status) {
  if (situation.newest == nullptr) return false;
  const bool made = MadeSince(situation, progressing);
  const std::string_view revision = situation.workload.revision;
  const std::string_view made_as = RevisionText(situation.newest->meta);
  const bool differs = revision != made_as;
  if (!made && !differs) return false;

  const bool spoken_of = SpeaksOfNewest(situation, progressing);
  // A controller whose clock is behind may have completed it "before" it was made.
  const bool completed = spoken_of && progressing->reason == kAvailableReason &&
                         DeploymentComplete(situation.workload, status);
  if (made && !completed) return true;
  if (!differs || !spoken_of) return differs;
  // Told of already, unless the rollout left this ReplicaSet and came back before any status was
  // written: that gave it another number. Otherwise the annotation was lost or overwritten:
  // `kubectl replace` drops it, a manifest that was exported brings an old one, an admission
  // webhook may never let it in.
  const bool came_back =
      !revision.empty() && !made_as.empty() && revision == RevisionBefore(*situation.newest);
  return came_back;
}

// A verdict on the rollout before must not be shown for the present one: neither that it timed out,
// once a generation is acknowledged whose ReplicaSet it does not speak of (W-12), nor that it
// completed, while there is no new ReplicaSet. Recreate acknowledges at a time when there is none.
bool VerdictIsStale(const Situation& situation, const Condition* progressing) {
  if (progressing == nullptr) return false;
  const Workload& workload = situation.workload;
  if (progressing->reason == kAvailableReason) {
    return situation.newest == nullptr && workload.replicas > 0;
  }
  return progressing->reason == kExceededReason && !SpeaksOfNewest(situation, progressing) &&
         workload.status.observed_generation < workload.meta.generation;
}

// The server refuses one patch after the other, and for each try a Pod is taken out of traffic and
// let back: that it can be counted on again is nothing gained (P-036, P-066). Which Pod it
// is that can, a status does not say: also one that was patched before counts for nothing then.
bool OnlyLetsPodsBack(const InPlace& in_place) {
  return in_place.options().drain.mode != in_place::Drain::Mode::kNone && in_place.refusals &&
         in_place.refusals->tries >= in_place::kRefusedTriesMax;
}

bool HasMoved(const Situation& situation, const WorkloadStatus& status) {
  WorkloadStatus before = situation.workload.status;
  if (OnlyLetsPodsBack(situation.in_place)) {
    before.ready_replicas = status.ready_replicas;
    before.available_replicas = status.available_replicas;
  }
  return DeploymentProgressing(before, status);
}

Condition Moving(const Situation& situation) {
  return Progressing(situation, "True", kUpdatedReason, Subject(situation) + " is progressing.");
}

Condition Exceeded(const Situation& situation) {
  return Progressing(situation, "False", kExceededReason,
                     Subject(situation) + " has timed out progressing.");
}

// `progressing` is about this very rollout, which is not over: its deadline runs, or has passed.
bool IsTimed(const Situation& situation, const Condition* progressing) {
  return SpeaksOfNewest(situation, progressing) && progressing->reason != kAvailableReason &&
         !MadeSince(situation, progressing);
}

}  // namespace

void UpdateProgressing(const Situation& situation, WorkloadStatus& status) {
  std::vector<Condition>& conditions = status.conditions;
  if (!situation.has_progress_deadline()) return RemoveCondition(conditions, kProgressing);
  if (situation.in_place.phase == InPlacePhase::kRefused) {  // P-014
    const Condition* present = FindCondition(conditions, kProgressing);
    if (present != nullptr && present->message == situation.in_place.why.text) return;
    return RefreshCondition(conditions, Progressing(situation, "False", "InPlaceNotPossible",
                                                    situation.in_place.why.text));
  }

  const Condition* present = FindCondition(conditions, kProgressing);
  if (Unacknowledged(situation, present, status)) {
    RefreshCondition(conditions, Begun(situation));
  } else if (present == nullptr && situation.newest != nullptr) {
    SetCondition(conditions, Found(situation));  // D-166
  } else if (VerdictIsStale(situation, present)) {
    RefreshCondition(conditions, Moving(situation));
  }

  present = FindCondition(conditions, kProgressing);
  const bool already_complete = status.replicas == status.updated_replicas && present != nullptr &&
                                present->reason == kAvailableReason;
  if (already_complete) return;  // Pods lost later are no failed rollout (D-422)
  if (DeploymentComplete(situation.workload, status)) {
    SetCondition(conditions, Progressing(situation, "True", kAvailableReason,
                                         Subject(situation) + " has successfully progressed."));
  } else if (HasMoved(situation, status)) {
    RefreshCondition(conditions, Moving(situation));  // fresh even for the same reason (D-424)
  } else if (TimedOut(situation, status)) {
    SetCondition(conditions, Exceeded(situation));
  }
}

// The revision is not published while the generation is not observed: Unacknowledged alone would
// begin the rollout anew at every try.
void UpdateProgressingHeldUp(const Situation& situation, WorkloadStatus& status) {
  const bool refused_in_place = situation.in_place.phase == InPlacePhase::kRefused;
  if (!situation.has_progress_deadline() || refused_in_place) {
    return UpdateProgressing(situation, status);
  }
  std::vector<Condition>& conditions = status.conditions;
  const Condition* present = FindCondition(conditions, kProgressing);
  const bool completed = present != nullptr && present->reason == kAvailableReason;
  if (situation.newest == nullptr) {
    if (completed && VerdictIsStale(situation, present)) {
      RefreshCondition(conditions, Moving(situation));
    }
  } else if (present == nullptr) {
    SetCondition(conditions, Found(situation));
  } else if (!IsTimed(situation, present) && Unacknowledged(situation, present, status)) {
    RefreshCondition(conditions, Begun(situation));
  }
  if (TimedOut(situation, status)) SetCondition(conditions, Exceeded(situation));
}

void MarkPaused(const Situation& situation, WorkloadStatus& status) {
  if (!situation.has_progress_deadline()) return;
  const Condition* present = FindCondition(status.conditions, "Progressing");
  if (present != nullptr && present->reason == kExceededReason) return;
  const std::string kind(situation.workload.kind.name());
  SetCondition(status.conditions, NewCondition("Progressing", "Unknown", kind + "Paused",
                                               kind + " is paused", situation.now));
}

void UpdateReplicaFailure(const Situation& situation, WorkloadStatus& status) {
  const Condition* failure = nullptr;
  if (situation.newest != nullptr) {
    failure = FindCondition(situation.newest->status.conditions, kReplicaFailure);
  }
  for (const ReplicaSet* rs : situation.all) {
    if (failure == nullptr) failure = FindCondition(rs->status.conditions, kReplicaFailure);
  }
  if (failure == nullptr) return TellRefusedWrite(situation, status.conditions);
  Condition copy = *failure;
  copy.last_update_time = failure->last_transition_time;
  SetCondition(status.conditions, std::move(copy));
}

void KeepReplicaFailure(const Situation& situation, WorkloadStatus& status) {
  const Condition* shown = FindCondition(status.conditions, kReplicaFailure);
  const bool ours = shown != nullptr && shown->reason == kUpdateRefused;
  if (ours || situation.refused) UpdateReplicaFailure(situation, status);
}

}  // namespace windlass::deployment
