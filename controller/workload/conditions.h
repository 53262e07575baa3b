// Functions that edit a workload's status conditions. Source: D-410…D-413.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/condition.h"

namespace windlass::workload {

// The types of a workload's conditions. ReplicaSets have ReplicaFailure, too.
inline constexpr std::string_view kAvailable = "Available";
inline constexpr std::string_view kProgressing = "Progressing";
inline constexpr std::string_view kReplicaFailure = "ReplicaFailure";

// The reasons of Progressing while a rollout is under way, when it is complete, and when it has
// made no progress for progressDeadlineSeconds.
inline constexpr std::string_view kUpdatedReason = "ReplicaSetUpdated";
inline constexpr std::string_view kAvailableReason = "NewReplicaSetAvailable";
inline constexpr std::string_view kExceededReason = "ProgressDeadlineExceeded";
// The reason of Progressing if Pods are to follow a revision that has no ReplicaSet
// (followed_revision.h).
inline constexpr std::string_view kNothingToAbortTo = "NothingToAbortTo";
// The reason of Progressing if the rollout is not possible in place, and the workload allows no
// other way (P-014).
inline constexpr std::string_view kInPlaceNotPossible = "InPlaceNotPossible";

// The type of the condition that reports an in-place update, and its reason if the present revision
// is given up after a failure: failed Pods get their old template back, and no further Pod gets the
// new one (P-062).
inline constexpr std::string_view kInPlaceCondition = "windlass.dev/InPlace";
inline constexpr std::string_view kInPlaceGivenUp = "GivenUp";

// Returns a condition with both of its times set to `now`.
Condition NewCondition(std::string_view type, std::string_view status, std::string_view reason,
                       std::string message, WallTime now);

// Returns reason and message. Example: `FailedCreate: pods "web-1" is forbidden: exceeded quota`.
std::string TextOf(const Condition& condition);

// Does nothing if `conditions` has a condition of the same type, status and reason. Otherwise
// removes the condition of that type, if any, and appends `condition`. If both have the same
// status, `condition` gets the transition time of the replaced one.
void SetCondition(std::vector<Condition>& conditions, Condition condition);

// Like SetCondition, but also replaces a condition of the same status and reason, so that its
// message and update time change.
void RefreshCondition(std::vector<Condition>& conditions, Condition condition);

// Like RefreshCondition, but does nothing if the present condition has the same status, reason and
// message.
void UpdateCondition(std::vector<Condition>& conditions, Condition condition);

// Like UpdateCondition, for a condition whose message quotes the API server after its first ": ".
// If the present message differs only in the quote, and there only in words with digits, does
// nothing until the present condition is a minute old. Otherwise a time, a port or a request id in
// the quote would cause a status write at every retry. Example: "web-7c9: try 17 was denied" stays
// for a minute, although try 18 was denied, too.
void TellCondition(std::vector<Condition>& conditions, Condition condition);

void RemoveCondition(std::vector<Condition>& conditions, std::string_view type);

}  // namespace windlass::workload
