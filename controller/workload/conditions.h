// Functions that edit a workload's status conditions. Source: D-410…D-413.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/condition.h"

namespace windlass::workload {

// The type of the condition, both of a workload and of a ReplicaSet.
inline constexpr std::string_view kReplicaFailure = "ReplicaFailure";

// The reasons of Progressing while a rollout is under way, when it is complete, and when it took
// longer than progressDeadlineSeconds.
inline constexpr std::string_view kUpdatedReason = "ReplicaSetUpdated";
inline constexpr std::string_view kAvailableReason = "NewReplicaSetAvailable";
inline constexpr std::string_view kExceededReason = "ProgressDeadlineExceeded";
// The reason of Progressing if Pods are to follow a revision that has no ReplicaSet (follow.h).
inline constexpr std::string_view kNothingToAbortTo = "NothingToAbortTo";

// Returns a condition with both of its times set to `now`.
Condition NewCondition(std::string_view type, std::string_view status, std::string_view reason,
                       std::string message, WallTime now);

// Returns reason and message. Example: `FailedCreate: pods "web-1" is forbidden: exceeded quota`.
std::string TextOf(const Condition& condition);

// Sets the condition unless the present one of that type has the same status and reason. Removes
// the present condition and appends the new one. Keeps the transition time of the present one if
// the status is the same.
void SetCondition(std::vector<Condition>& conditions, Condition condition);

// Like SetCondition, but also replaces a condition with the same status and reason: message and
// update time are then new.
void RefreshCondition(std::vector<Condition>& conditions, Condition condition);

// Like RefreshCondition, unless the present one has the same status, reason and message.
void UpdateCondition(std::vector<Condition>& conditions, Condition condition);

// For a condition whose message quotes the API server. Like UpdateCondition, but a message that
// differs from the present one in numbers only waits until that one is a minute old: a time, a port
// or a request id in it would cause a write per retry. Example: "web-7c9: try 17 was denied" stays
// for a minute, although try 18 was denied, too.
void TellCondition(std::vector<Condition>& conditions, Condition condition);

void RemoveCondition(std::vector<Condition>& conditions, std::string_view type);

}  // namespace windlass::workload
