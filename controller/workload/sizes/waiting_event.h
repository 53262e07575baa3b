// The Event that reports that a ReplicaSet waits: for Pods of other ReplicaSets to go, or for its
// own Pods to have its template.
#pragma once

#include <functional>
#include <string>

#include "controller/workload/situation.h"
#include "kubeclient/base/clock.h"

namespace windlass::workload {

// When TellWaiting sends the Event: first after kHeldToldAfter, then at most once per
// kHeldToldAgain. Shorter waits are not reported, because in a slow cluster every rollout has them.
inline constexpr std::chrono::seconds kHeldToldAfter{30};
inline constexpr std::chrono::seconds kHeldToldAgain{600};

// Returns true if the condition Progressing reports a complete rollout.
bool IsAtRest(const Situation& situation);

// Returns the end of a sync in which a ReplicaSet waits, with the Event WaitingForRoom, however
// short the wait was. The next sync begins after kHeldToldAgain at the latest.
Wait TellNow(std::string message);

// Returns the end of a sync in which a ReplicaSet waits: TellNow if the wait is at least
// kHeldToldAfter old, otherwise a Wait until it is that old. A wait begins at the later of
//   - the last progress: the last update of the condition Progressing
//   - the last change of a spec (View::specs_since). Example: a rollout made no progress for ten
//     minutes, and an old ReplicaSet was scaled down a second ago: the wait for its Pods is one
//     second old.
// `message` gets the age of the wait and returns the text of the Event. Returns a plain Wait if
// there is no condition Progressing, or if IsAtRest is true and `also_at_rest` is false (D-275).
Wait TellWaiting(const Situation& situation,
                 const std::function<std::string(std::chrono::seconds waited)>& message,
                 bool also_at_rest = false);

}  // namespace windlass::workload
