#include "controller/deployment/progress.h"

#include <string>

#include "controller/deployment/annotations.h"
#include "controller/deployment/conditions.h"
#include "controller/deployment/status.h"

namespace windlass::deployment {
namespace {

constexpr std::string_view kProgressing = "Progressing";
constexpr std::string_view kReplicaFailure = "ReplicaFailure";
constexpr std::string_view kAvailableReason = "NewReplicaSetAvailable";

std::string Quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

// `ReplicaSet "web-7c9"`, or the Deployment while there is no new ReplicaSet.
std::string Subject(const Situation& situation) {
  return situation.newest != nullptr ? "ReplicaSet " + Quoted(situation.newest->meta.name)
                                     : "Deployment " + Quoted(situation.deployment.meta.name);
}

Condition Found(const Situation& situation) {
  return NewCondition(kProgressing, "True", "FoundNewReplicaSet",
                      "Found new replica set " + Quoted(situation.newest->meta.name),
                      situation.now);
}

// How a rollout that nobody acknowledged begins.
Condition Begun(const Situation& situation) {
  const ObjectMeta& rs = situation.newest->meta;
  const bool reused = rs.annotations.Has(kRevisionHistory) ||
                      rs.creation_timestamp < situation.deployment.meta.creation_timestamp;
  if (reused) return Found(situation);
  return NewCondition(kProgressing, "True", "NewReplicaSetCreated",
                      "Created new replica set " + Quoted(rs.name), situation.now);
}

// The annotation may also have been lost: `kubectl replace` drops it from a Deployment that rolled
// out long ago. That is no new rollout.
bool Unacknowledged(const Situation& situation, const Condition* progressing) {
  if (situation.newest == nullptr) return false;
  const std::string_view revision = RevisionText(situation.deployment.meta);
  if (revision == RevisionText(situation.newest->meta)) return false;
  const bool lost = revision.empty() && progressing != nullptr &&
                    progressing->reason == kAvailableReason &&
                    progressing->message.starts_with(Subject(situation) + " ");
  return !lost;
}

// A verdict on the rollout before must not be shown for a generation that is acknowledged only now
// (W-12). Recreate acknowledges while there is no new ReplicaSet yet.
bool VerdictIsStale(const Situation& situation, const Condition* progressing) {
  const Deployment& deployment = situation.deployment;
  return situation.newest == nullptr && progressing != nullptr &&
         progressing->reason == "ProgressDeadlineExceeded" &&
         deployment.status.observed_generation < deployment.meta.generation;
}

Condition Moving(const Situation& situation) {
  return NewCondition(kProgressing, "True", "ReplicaSetUpdated",
                      Subject(situation) + " is progressing.", situation.now);
}

}  // namespace

bool DeploymentComplete(const Deployment& deployment, const DeploymentStatus& status) {
  const int32_t wanted = deployment.spec.replicas;
  return status.updated_replicas == wanted && status.replicas == wanted &&
         status.available_replicas == wanted &&
         status.observed_generation >= deployment.meta.generation;
}

bool DeploymentProgressing(const DeploymentStatus& before, const DeploymentStatus& after) {
  const auto old_pods = [](const DeploymentStatus& status) {
    return int64_t{status.replicas} - status.updated_replicas;
  };
  return after.updated_replicas > before.updated_replicas || old_pods(after) < old_pods(before) ||
         after.ready_replicas > before.ready_replicas ||
         after.available_replicas > before.available_replicas;
}

void UpdateProgressing(const Situation& situation, DeploymentStatus& status) {
  std::vector<Condition>& conditions = status.conditions;
  if (!situation.has_progress_deadline()) return RemoveCondition(conditions, kProgressing);

  const Condition* present = FindCondition(conditions, kProgressing);
  if (Unacknowledged(situation, present)) {
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
  if (DeploymentComplete(situation.deployment, status)) {
    SetCondition(conditions,
                 NewCondition(kProgressing, "True", kAvailableReason,
                              Subject(situation) + " has successfully progressed.", situation.now));
  } else if (DeploymentProgressing(situation.deployment.status, status)) {
    RefreshCondition(conditions, Moving(situation));  // fresh even for the same reason (D-424)
  }
}

void UpdateReplicaFailure(const Situation& situation, DeploymentStatus& status) {
  const Condition* failure = nullptr;
  if (situation.newest != nullptr) {
    failure = FindCondition(situation.newest->status.conditions, kReplicaFailure);
  }
  for (const ReplicaSet* rs : situation.all) {
    if (failure == nullptr) failure = FindCondition(rs->status.conditions, kReplicaFailure);
  }
  if (failure == nullptr) return RemoveCondition(status.conditions, kReplicaFailure);
  Condition copy = *failure;
  copy.last_update_time = failure->last_transition_time;
  SetCondition(status.conditions, std::move(copy));
}

std::optional<Step> AcknowledgeResume(const Situation& situation) {
  const Condition* present = FindCondition(situation.deployment.status.conditions, kProgressing);
  if (situation.deployment.spec.paused || present == nullptr ||
      present->reason != "DeploymentPaused") {
    return std::nullopt;
  }
  return WriteProgressing(situation, "Unknown", "DeploymentResumed", "Deployment is resumed");
}

}  // namespace windlass::deployment
