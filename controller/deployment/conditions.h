// Bookkeeping of a Deployment's status conditions. Source: D-410…D-413.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/condition.h"

namespace windlass::deployment {

// The type of the condition, of a Deployment and of a ReplicaSet.
inline constexpr std::string_view kReplicaFailure = "ReplicaFailure";

// The reasons of Progressing while a rollout is under way, when it is complete, and when it took
// longer than progressDeadlineSeconds.
inline constexpr std::string_view kUpdatedReason = "ReplicaSetUpdated";
inline constexpr std::string_view kAvailableReason = "NewReplicaSetAvailable";
inline constexpr std::string_view kExceededReason = "ProgressDeadlineExceeded";

// The type of the condition that tells of an update in place (in_place_status.h).
inline constexpr std::string_view kInPlaceCondition = "windlass.dev/InPlace";

// With both times `now`.
Condition NewCondition(std::string_view type, std::string_view status, std::string_view reason,
                       std::string message, WallTime now);

// Nothing changes when the present condition of that type has the same status and reason. Otherwise
// it goes and the new one is appended; its transition time stays the old one's while the status is
// the same.
void SetCondition(std::vector<Condition>& conditions, Condition condition);

// As SetCondition, but also when status and reason are the same: message and update time are fresh.
void RefreshCondition(std::vector<Condition>& conditions, Condition condition);

void RemoveCondition(std::vector<Condition>& conditions, std::string_view type);

}  // namespace windlass::deployment
