#include "controller/workload/watch/rollout_state.h"

#include <algorithm>

#include "controller/workload/conditions.h"
#include "controller/workload/status/complete.h"
#include "controller/workload/status/own_reasons.h"

namespace windlass::workload {
namespace {

constexpr std::string_view kCreateError = "ReplicaSetCreateError";
constexpr std::string_view kQuotaExceeded = "QuotaExceeded";
// The API server's error has these words if a ResourceQuota has no room for a Pod. Only the message
// of ReplicaFailure shows this error. The reason of ReplicaFailure is FailedCreate for every Pod
// that the ReplicaSet controller cannot create.
constexpr std::string_view kNoQuota = "exceeded quota";

bool Is(const Condition* condition, std::string_view status) {
  return condition != nullptr && condition->status == status;
}

// Returns why the rollout is stuck, as far as the conditions show it; "" if they show no cause.
// Returns the first of these causes:
//   1. Progressing shows that the ReplicaSet could not be created.
//   2. ReplicaFailure is True. ReplicaFailure with the reason kNotCopied is ignored, because it
//      does not hold up the rollout.
//   3. Progressing shows that the progress deadline has passed. This comes last, because the other
//      causes explain why it has passed.
std::string_view ConditionCause(const Workload& workload) {
  const std::vector<Condition>& conditions = workload.status.conditions;
  const Condition* progressing = FindCondition(conditions, kProgressing);
  const bool stopped = Is(progressing, "False");
  if (stopped && progressing->reason == kCreateError) return kCreateError;
  const Condition* failure = FindCondition(conditions, kReplicaFailure);
  if (Is(failure, "True") && failure->reason != kNotCopied) {
    const bool quota = failure->message.find(kNoQuota) != std::string::npos;
    if (quota) return kQuotaExceeded;
    return failure->reason.empty() ? kOtherCause : failure->reason.text();
  }
  if (stopped && progressing->reason == kExceededReason) return kExceededReason;
  return "";
}

// Returns true if all of these hold:
//   - A partition holds Pods back.
//   - As many Pods are updated as the partition allows, or more.
//   - As many Pods are available as desired, or more.
// Example: 10 desired, and a partition keeps 7 Pods on the old revision. True if 10 - 7 = 3 Pods
// are updated and 10 are available.
bool IsAtPartition(const Workload& workload) {
  const int32_t kept = workload.limits.kept_old();
  return kept > 0 && workload.status.updated_replicas >= workload.replicas - kept &&
         workload.status.available_replicas >= workload.replicas;
}

}  // namespace

RolloutWords WorkloadWords(std::string_view kind) {
  return {.kind = kind,
          .strategies = {"RollingUpdate", "Recreate"},
          .phases = {kProgressingPhase, kStuckPhase, kPausedPhase, kWaitingPhase},
          .causes = {kExceededReason, kCreateError, kQuotaExceeded, "FailedCreate", "FailedDelete",
                     kInvalidStrategy, kLeftOutReason},
          .triggers = {kTriggerRollbackTo, kTriggerTemplate},
          .outcomes = {kOutcomeComplete, kOutcomeSuperseded, kOutcomeRolledBack}};
}

RolloutState StateOf(const Workload& workload, const RolloutHold& hold) {
  if (workload.paused) return {kPausedPhase};
  if (!hold.cause.empty()) return {kStuckPhase, hold.cause};
  if (!workload.strategy_error.empty()) return {kStuckPhase, kInvalidStrategy};
  const std::string_view cause = ConditionCause(workload);
  if (!cause.empty()) return {kStuckPhase, cause};
  if (workload.follow_revision) return {kAbortingPhase};
  if (hold.by_user || IsAtPartition(workload)) return {kWaitingPhase};
  return {kProgressingPhase};
}

bool IsAtStep(const Workload& workload) {
  const std::optional<StepPosition> step = workload.kind.StepOf(workload);
  return workload.replicas > 0 && step && step->index <= step->total;
}

bool HasOrWantsPods(const Workload& workload) {
  return workload.replicas > 0 || workload.status.replicas > 0;
}

bool LacksTarget(const Workload& workload) {
  if (!workload.follow_revision || !HasOrWantsPods(workload)) return false;
  return workload.kind.HoldOf(workload).cause == kNothingToAbortTo;
}

bool HasOldPods(const WorkloadStatus& status) { return status.replicas > status.updated_replicas; }

// Usually the reason of Progressing decides. NewReplicaSetAvailable means that the rollout is
// complete, and stays even if Pods are lost later. In these cases the reason shows nothing, and old
// Pods mean that a rollout is under way:
//   - the workload is paused
//   - an abort is in force (follow_revision)
//   - the workload has no deadline, so there is no Progressing
//   - Progressing is Unknown, as after a pause
bool IsUnderWay(const Workload& workload) {
  const WorkloadStatus& status = workload.status;
  if (IsAtStep(workload) || LacksTarget(workload)) return true;
  if (DeploymentComplete(workload, status)) return false;
  const Condition* progressing = FindCondition(status.conditions, kProgressing);
  const bool silent = progressing == nullptr || workload.paused || workload.follow_revision;
  if (silent || progressing->status == "Unknown") return HasOldPods(status);
  return progressing->reason != kAvailableReason;
}

int64_t PodsAboveSurge(const Workload& workload) {
  if (!workload.strategy_error.empty()) return 0;
  return std::max<int64_t>(0, workload.status.replicas - workload.limits.max_total());
}

}  // namespace windlass::workload
