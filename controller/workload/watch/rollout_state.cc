#include "controller/workload/watch/rollout_state.h"

#include <algorithm>

#include "controller/workload/complete.h"
#include "controller/workload/conditions.h"
#include "controller/workload/copied_annotations.h"
#include "controller/workload/own_reasons.h"

namespace windlass::workload {
namespace {

constexpr std::string_view kCreateError = "ReplicaSetCreateError";
constexpr std::string_view kQuotaExceeded = "QuotaExceeded";
constexpr std::string_view kInvalidStrategy = "InvalidStrategy";
// The API server's words for a Pod that a ResourceQuota has no room for. The message has to be
// read, because the ReplicaSet controller gives every Pod that it cannot create the reason
// FailedCreate.
constexpr std::string_view kNoQuota = "exceeded quota";

bool Is(const Condition* condition, std::string_view status) {
  return condition != nullptr && condition->status == status;
}

// Returns the cause that the conditions show; "" if they show none. A refused create comes first,
// then ReplicaFailure, which says why the deadline passes, then the passed deadline. A
// ReplicaFailure with the reason kNotCopied is no cause: it holds no rollout up.
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

// Returns true if as many Pods are new as steps or a partition allow, and all Pods are available.
// Example: 10 desired, of which a partition keeps 7 on the old revision: 3 updated, 10 available.
bool IsAtPartition(const Workload& workload) {
  const int32_t kept = workload.limits.kept_old();
  return kept > 0 && workload.status.updated_replicas >= workload.replicas - kept &&
         workload.status.available_replicas >= workload.replicas;
}

}  // namespace

RolloutWords WorkloadWords(std::string_view kind) {
  return {.kind = kind,
          .strategies = {"RollingUpdate", "Recreate"},
          .causes = {kExceededReason, kCreateError, kQuotaExceeded, "FailedCreate", "FailedDelete",
                     kInvalidStrategy, kLeftOutReason}};
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

// When a template is rolled out completely, Progressing gets the reason NewReplicaSetAvailable, and
// keeps it even if Pods are lost later. Progressing does not show this if the workload is paused or
// follows a revision, if it has no deadline and so no Progressing, or if Progressing is Unknown, as
// after a pause. In these cases a rollout is under way if there are old Pods.
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
