// Rollouts that patch running Pods instead of replacing them: stage, patch, exchange. Source:
// docs/design/009.
//
// The steps have this order within one sync. Each step is decided from the stored objects:
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
// are still returned to traffic, but no rollout waits for that (leftovers.h).
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::in_place {

// Returns the next step of an in-place rollout, or of the work before or after such a rollout.
// Returns nullopt if the ordinary rollout is to continue. Never returns nullopt in the phases
// staged, returning, committing, refused and unknown.
std::optional<Step> NextInPlace(const workload::Situation& situation);

// Like NextInPlace, for a paused workload: keeps the workload's size and watches its Pods, but
// patches no Pod (P-041).
std::optional<Step> NextInPlaceWhilePaused(const workload::Situation& situation);

// Called before the planner makes the ReplicaSet of a template. Returns Wait, which holds the
// creation back,
//   - if policy Only refuses the template: a refused template gets no revision, even when a
//     rollback replaces it (P-014)
//   - if policy Only may refuse the template: the objects that would show it cannot be seen
// Returns nullopt otherwise.
std::optional<Step> NextInPlaceBeforeCreation(const workload::Situation& situation);

// Returns the write that is due although nothing may be rolled out: opens gates, returns Pods to
// traffic, and keeps the workload at its size. Returns Wait if the workload has nothing to follow,
// and the Pods that its status counts are still loading. Returns nullopt if no such write is due.
std::optional<Step> NextInPlaceWhileHeld(const workload::Situation& situation);

// Returns `end`, the end of a sync. If `end` is Wait and a patch of a Pod failed in this sync,
// returns a failure instead, so that the patch is retried after back-off. A failed patch does not
// count if its next try is scheduled already (P-036). If the API server refused another write of
// this sync, returns `end`, because the planner turns that refusal into a failure.
Step TryPodsAgain(const workload::Situation& situation, Step end);

}  // namespace windlass::in_place
