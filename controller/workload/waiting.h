// How users are told that a ReplicaSet has to wait for Pods of others to go, or for its own to have
// its template.
#pragma once

#include <functional>
#include <string>

#include "controller/workload/situation.h"
#include "kubeclient/base/clock.h"

namespace windlass::workload {

// When they are told: first after kHeldToldAfter, then at most once per kHeldToldAgain. In a slow
// cluster every rollout waits like this.
inline constexpr std::chrono::seconds kHeldToldAfter{30};
inline constexpr std::chrono::seconds kHeldToldAgain{600};

// Returns the end of a sync in which a ReplicaSet waits, with the Event WaitingForRoom.
Wait TellNow(std::string message);

// The same, but the Event comes once the condition Progressing is older than kHeldToldAfter. Its
// text is that of `message`, which gets that age. Never looks again where there is no such
// condition, or it is that of a complete rollout.
Wait TellWaiting(const Situation& situation,
                 const std::function<std::string(std::chrono::seconds waited)>& message);

}  // namespace windlass::workload
