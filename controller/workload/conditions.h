// Functions that edit a workload's status conditions. Source: D-410…D-413.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/condition.h"

namespace windlass::workload {

// Types of a workload's conditions that upstream's Deployments have, too. A ReplicaSet can have the
// condition ReplicaFailure as well.
inline constexpr std::string_view kAvailable = "Available";
inline constexpr std::string_view kProgressing = "Progressing";
inline constexpr std::string_view kReplicaFailure = "ReplicaFailure";

// Reason of Progressing: a rollout is under way.
inline constexpr std::string_view kUpdatedReason = "ReplicaSetUpdated";
// Reason of Progressing: the rollout is complete.
inline constexpr std::string_view kAvailableReason = "NewReplicaSetAvailable";
// Reason of Progressing: the rollout has made no progress for progressDeadlineSeconds.
inline constexpr std::string_view kExceededReason = "ProgressDeadlineExceeded";
// Reason of Progressing: the ReplicaSet of the template could not be created, or the API server
// did not store it as it was sent.
inline constexpr std::string_view kCreateErrorReason = "ReplicaSetCreateError";
// Reason of Progressing: the rollout is aborted, but Pods have no ReplicaSet to go back to
// (followed_revision.h).
inline constexpr std::string_view kNothingToAbortTo = "NothingToAbortTo";
// Reason of Progressing: the workload allows only updates in place, but the rollout is not possible
// in place (P-014).
inline constexpr std::string_view kInPlaceNotPossible = "InPlaceNotPossible";
// Reason of Progressing while the strategy cannot be carried out. Metrics show it as the cause for
// which the rollout is stuck.
inline constexpr std::string_view kInvalidStrategy = "InvalidStrategy";

// The type of the condition that reports an in-place update.
inline constexpr std::string_view kInPlaceCondition = "windlass.dev/InPlace";
// Reason of windlass.dev/InPlace: Pods failed with the new template, and Windlass has given it up.
// Failed Pods get their old template back, and no further Pod gets the new one (P-062).
inline constexpr std::string_view kInPlaceGivenUp = "GivenUp";

// Returns a condition with both of its times set to `now`.
Condition NewCondition(std::string_view type, std::string_view status, std::string_view reason,
                       std::string message, WallTime now);

// Returns reason and message. Example: `FailedCreate: pods "web-1" is forbidden: exceeded quota`.
std::string TextOf(const Condition& condition);

// Adds `condition`. It replaces the present condition of its type, if any. Exceptions:
//   - The present one has the same status and reason: does nothing.
//   - The present one has the same status, but another reason: the added condition gets the
//     transition time of the present one.
void SetCondition(std::vector<Condition>& conditions, Condition condition);

// Like SetCondition, but also replaces a present condition that has the status and reason of
// `condition`. So message and update time change in any case.
void RefreshCondition(std::vector<Condition>& conditions, Condition condition);

// Like RefreshCondition, but does nothing if the present condition has the same status, reason and
// message.
void UpdateCondition(std::vector<Condition>& conditions, Condition condition);

// Like UpdateCondition, for a message that quotes the API server after its first ": ". The quote
// may contain a time, a port or a request id that differs at every retry. To save a status write at
// every retry, does nothing if
//   - the present condition has the same status and reason, and is less than a minute old
//   - and the two messages are equal except for words with digits in the quote
// Example: "web-7c9: try 17 was denied" is replaced by "web-7c9: try 18 was denied" only after a
// minute.
void TellCondition(std::vector<Condition>& conditions, Condition condition);

void RemoveCondition(std::vector<Condition>& conditions, std::string_view type);

}  // namespace windlass::workload
