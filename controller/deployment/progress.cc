#include "controller/deployment/progress.h"

#include <string>

#include "controller/deployment/annotations.h"
#include "controller/deployment/conditions.h"
#include "controller/deployment/deadline.h"

namespace windlass::deployment {
namespace {

constexpr std::string_view kProgressing = "Progressing";
constexpr std::string_view kReplicaFailure = "ReplicaFailure";
constexpr std::string_view kAvailableReason = "NewReplicaSetAvailable";
constexpr std::string_view kCreateErrorReason = "ReplicaSetCreateError";
constexpr std::string_view kExceededReason = "ProgressDeadlineExceeded";

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

// A ReplicaSet that was deleted or released is made again under the revision it had, which alone
// tells nothing. Whether this sync made it, or somebody else just before, after a create that was
// refused; a status written since has told so.
bool CreatedAndNotTold(const Situation& situation, const Condition* progressing) {
  if (progressing != nullptr && progressing->reason == kCreateErrorReason) return true;
  const Learned& learned = situation.learned;
  const auto is = [](const Outcome& outcome, Verb verb, std::string_view what) {
    const std::string begin = std::string(Name(verb)) + " " + std::string(what) + " ";
    return outcome.said.ok() && outcome.asked.text.starts_with(begin);
  };
  for (auto it = learned.rbegin(); it != learned.rend(); ++it) {
    if (is(*it, Verb::kPatch, "deployments/status")) return false;
    if (is(*it, Verb::kCreate, Info(Resource::kReplicaSets).plural)) return true;
  }
  return false;
}

// The annotation may also have been lost: `kubectl replace` drops it from a Deployment that rolled
// out long ago. That is no new rollout.
bool Unacknowledged(const Situation& situation, const Condition* progressing) {
  if (situation.newest == nullptr) return false;
  if (CreatedAndNotTold(situation, progressing)) return true;
  const std::string_view revision = RevisionText(situation.deployment.meta);
  if (revision == RevisionText(situation.newest->meta)) return false;
  const bool lost = revision.empty() && progressing != nullptr &&
                    progressing->reason == kAvailableReason &&
                    progressing->message.starts_with(Subject(situation) + " ");
  return !lost;
}

// A verdict on the rollout before must not be shown for the present one: neither that it timed out,
// once a generation is acknowledged whose ReplicaSet it does not speak of (W-12), nor that it
// completed, while there is no new ReplicaSet. Recreate acknowledges at a time when there is none.
bool VerdictIsStale(const Situation& situation, const Condition* progressing) {
  if (progressing == nullptr) return false;
  const Deployment& deployment = situation.deployment;
  if (progressing->reason == kAvailableReason) {
    return situation.newest == nullptr && deployment.spec.replicas > 0;
  }
  const bool speaks_of_it =
      situation.newest != nullptr && progressing->message.starts_with(Subject(situation) + " ");
  return progressing->reason == kExceededReason && !speaks_of_it &&
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
  } else if (TimedOut(situation, status)) {
    SetCondition(conditions,
                 NewCondition(kProgressing, "False", kExceededReason,
                              Subject(situation) + " has timed out progressing.", situation.now));
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

}  // namespace windlass::deployment
