// What in-place updates leave behind when no update is under way: Pods out of traffic, closed
// readiness gates, notes. An ordinary rollout does not wait until the drained Pods are back in
// traffic. If the workload no longer asks for updates in place, the notes on its ReplicaSets are
// removed last: through them the controller finds the Pods again after a restart (P-076, P-078).
#pragma once

#include <optional>
#include <string>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Returns how long to wait for a Pod that restarts while its kubelet reports nothing: the progress
// deadline of the workload, at most 10 min.
seconds RestartTimeout(const workload::Situation& situation);

// Sets the LeftPods of the phases none and replace, and `look_again` of `in_place`. Does nothing in
// the other phases, whose steps look after the Pods themselves, or if Pods cannot be seen.
void FindLeftPods(const workload::Situation& situation, InPlace& in_place);

// Returns true if all wanted Pods exist, take traffic and have open gates. Returns false if Pods
// cannot be seen.
bool NothingIsLeft(const workload::Situation& situation);

// Why the workload cannot be reported as handed back yet (P-076).
struct Unreleased {
  InPlaceReason reason = InPlaceReason::kPatching;
  std::string why;
  std::optional<WallTime> look_again{};  // when time alone may change this
};

// Returns the first obstacle that exists, in this order: a ReplicaSet with notes, a Pod out of
// traffic, a Pod in flight. A Pod in flight does not count if its patched containers were restarted
// already, if another client edited the Pod since its patch, or if no kubelet looks after the Pod.
// Returns nullopt if nothing is left. Requires that Pods can be seen.
std::optional<Unreleased> FindUnreleased(const workload::Situation& situation);

// Returns the step `then`. If that step ends the sync, the returned step looks again
//   - at the latest when time alone may change what is to be done in place
//   - within a minute if a drained Pod could not be returned to traffic
Step NoLaterThanLookAgain(const workload::Situation& situation, Step then);

}  // namespace windlass::in_place
