// What in-place updates leave behind when none is under way: Pods out of traffic, closed readiness
// gates, notes. Drained Pods return to traffic while an ordinary rollout goes on, which does not
// wait for them. Notes on ReplicaSets are removed last: through them the controller finds the Pods
// again after a restart (P-076, P-078).
#pragma once

#include <optional>
#include <string>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Returns how long a restarting Pod is waited for if only its kubelet could tell that it has
// restarted: the progress deadline of the workload, at most 10 min.
seconds RestartTimeout(const workload::Situation& situation);

// Sets `left_drained`, `restarts` and `look_again` of `in_place`. Does nothing if Pods cannot be
// seen, or if the phase itself looks after them.
void FindLeftPods(const workload::Situation& situation, InPlace& in_place);

// Returns true if all wanted Pods exist, take traffic and have open gates. Returns false if Pods
// cannot be seen.
bool NothingIsLeft(const workload::Situation& situation);

// Why the workload cannot be reported as handed back yet (P-076).
struct Unreleased {
  InPlaceReason reason = InPlaceReason::kPatching;
  std::string why;
  std::optional<WallTime> look_again{};  // when time alone may change it
};

// Returns the first of these that exists: a ReplicaSet with notes, a Pod out of traffic, a Pod in
// flight. A Pod in flight does not count if it has been restarted, if another client edited it
// since, or if no kubelet looks after it. Returns nullopt if nothing is left. Requires that Pods
// can be seen.
std::optional<Unreleased> FindUnreleased(const workload::Situation& situation);

// Returns `then`. If `then` ends the sync, the result looks again
//   - at the latest when time alone may change what is to be done in place
//   - within a minute if a drained Pod could not be returned to traffic
Step NoLaterThanLookAgain(const workload::Situation& situation, Step then);

}  // namespace windlass::in_place
