// What in-place updates leave behind when none is under way: Pods out of traffic, closed readiness
// gates, notes. An ordinary rollout does not wait until drained Pods are back in traffic.
// Once the workload no longer asks for updates in place, Windlass removes the notes on its
// ReplicaSets last. After a restart of Windlass, these notes lead it to the Pods (P-076, P-078).
#pragma once

#include <optional>
#include <string>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Returns how long Windlass waits for the restart of a patched Pod whose kubelet does not report
// the restart: the progress deadline of the workload, at most 600 s. Without a progress deadline:
// 600 s.
seconds RestartTimeout(const workload::Situation& situation);

// Sets the LeftPods of the phase and brings `in_place.look_again` forward. Does nothing
//   - in phases other than none and replace: their steps return Pods to traffic themselves
//   - while Pods cannot be seen
void FindLeftPods(const workload::Situation& situation, InPlace& in_place);

// Returns true if Pods can be seen, and
//   - there are at least as many as the ReplicaSets ask for
//   - none is drained
//   - our readiness condition is True on each Pod that has our gate
bool NothingIsLeft(const workload::Situation& situation);

// Why Windlass cannot report yet that it has handed the workload back to another controller
// (P-076).
struct Unreleased {
  InPlaceReason reason = InPlaceReason::kPatching;
  std::string why;
  std::optional<WallTime> look_again{};  // when time alone may change this
};

// Returns the first reason why the workload cannot be reported as handed back: a ReplicaSet with
// notes, then a Pod out of traffic, then a Pod in flight (being restarted by its patch). Returns
// nullopt if there is none. Requires that Pods can be seen. A Pod in flight does not count
//   - if its patched containers were restarted already
//   - if another client edited the Pod after its patch
//   - if the Pod has no node, or its node is lost
std::optional<Unreleased> FindUnreleased(const workload::Situation& situation);

// Returns the step `then`. If `then` ends the sync, the next sync begins
//   - at the latest at InPlace::look_again, when time alone may change what is to be done in place
//   - within a minute if this sync could not return a drained Pod to traffic
Step NoLaterThanLookAgain(const workload::Situation& situation, Step then);

}  // namespace windlass::in_place
