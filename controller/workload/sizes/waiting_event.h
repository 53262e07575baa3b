// The Event that reports why a ReplicaSet does not grow: Pods of other ReplicaSets still exist, or
// some of its own Pods may run another template.
#pragma once

#include <functional>
#include <string>

#include "controller/workload/situation.h"
#include "kubeclient/base/clock.h"

namespace windlass::workload {

// TellWaiting sends the Event first when a wait has lasted for kHeldToldAfter, and then at most
// once per kHeldToldAgain. Shorter waits are not reported, because they are normal in a slow
// cluster.
inline constexpr std::chrono::seconds kHeldToldAfter{30};
inline constexpr std::chrono::seconds kHeldToldAgain{600};

// Returns true if the condition Progressing reports a complete rollout.
bool IsAtRest(const Situation& situation);

// Returns the Wait that ends a sync in which a ReplicaSet waits. It always has the Event
// WaitingForRoom, even if the ReplicaSet has waited only for a moment. The next sync begins after
// kHeldToldAgain at the latest.
Wait TellNow(std::string message);

// Returns the Wait that ends a sync in which a ReplicaSet waits:
//   - without Event and timer if there is no condition Progressing, or if IsAtRest is true and
//     `also_at_rest` is false (D-275)
//   - the result of TellNow if the ReplicaSet has waited for at least kHeldToldAfter
//   - otherwise without an Event, until the ReplicaSet has waited for kHeldToldAfter
// The ReplicaSet waits since the later of
//   - the last progress: the last update of the condition Progressing
//   - the last change of a spec (View::specs_since). Example: no progress for ten minutes, and an
//     old ReplicaSet was scaled down a second ago: the wait for its Pods is one second old.
// `message` gets the length of the wait and returns the text of the Event.
Wait TellWaiting(const Situation& situation,
                 const std::function<std::string(std::chrono::seconds waited)>& message,
                 bool also_at_rest = false);

}  // namespace windlass::workload
