// Rollouts that patch running Pods instead of replacing them: stage, patch, exchange. Source:
// docs/design/009.
//
// The order within one sync; every step is decided from what is stored:
//   1. finish an exchange that was half done
//   2. mirror annotations
//   3. return updated Pods to traffic
//   4. size the host
//   5. keep stand-ins
//   6. patch Pods, one after the other
//   7. exchange templates
//   8. write the status
//
// If the workload no longer asks for in-place updates, or its rollout replaces Pods, drained Pods
// are still returned to traffic; nothing waits for them (leftovers.h).
#pragma once

#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::in_place {

// Returns the next step of an in-place rollout, or of the work before or after one. Returns nullopt
// if the ordinary rollout is to go on. Never returns nullopt in the phases staged, returning,
// committing, refused and unknown.
std::optional<Step> NextInPlace(const workload::Situation& situation);

// Like NextInPlace for a paused workload: keeps its size and watches its Pods, but patches none
// (P-041).
std::optional<Step> NextInPlaceWhilePaused(const workload::Situation& situation);

// Returns `end`, the end of a sync. If `end` is Wait and a patch of a Pod failed in this sync,
// returns a failure instead, so that the patch is retried after back-off. A failed patch does not
// count if its next try is scheduled already (P-036). Another refused write of this sync comes
// first: the planner turns that one into the failure.
Step TryPodsAgain(const workload::Situation& situation, Step end);

}  // namespace windlass::in_place
