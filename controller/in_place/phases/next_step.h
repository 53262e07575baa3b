// Rollouts that patch running Pods instead of replacing them: stage, patch, exchange. Source:
// docs/design/009.
//
// Each step is decided from the stored objects. Within one sync the steps have this order:
//   1. finish an exchange that was half done
//   2. mirror annotations
//   3. restore lost states of Pods, open gates, return updated Pods to traffic
//   4. make the pending ReplicaSet
//   5. size the host
//   6. keep stand-ins
//   7. patch Pods, one after the other
//   8. exchange templates
//   9. write the status
//
// If the workload no longer asks for in-place updates, or its rollout replaces Pods, drained Pods
// are still returned to traffic, but no rollout waits for that (leftovers.h).
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::in_place {

// Returns the next step of an in-place rollout, or of the work before or after such a rollout.
// Returns nullopt if the ordinary rollout is to continue, which is possible only in the phases none
// and replace.
std::optional<Step> NextInPlace(const workload::Situation& situation);

// Like NextInPlace, for a paused workload: keeps the workload's size and returns Pods to traffic,
// but gives no Pod another template (P-041). Returns nullopt also in phase deciding, unless
// `replace_soon` is set.
std::optional<Step> NextInPlaceWhilePaused(const workload::Situation& situation);

// Called before the planner makes the ReplicaSet of a template. Returns Wait, which holds the
// creation back,
//   - if policy Only refuses the template: a refused template gets no revision, even when a
//     rollback replaces it (P-014)
//   - if policy Only may refuse the template: the objects that would show it cannot be seen
// Returns nullopt otherwise.
std::optional<Step> NextInPlaceBeforeCreation(const workload::Situation& situation);

// Returns the next write that is due although nothing may be rolled out: it sets a readiness gate
// to True, returns a Pod to traffic, or keeps the workload at its size. If no such write is due,
// returns
//   - Wait if the Pods that the status counts are not loaded yet, and the revision that Pods are to
//     follow has no ReplicaSet (HasNothingToFollow)
//   - nullopt otherwise, or a scaling write that this sync has sent already (WasSent)
std::optional<Step> NextInPlaceWhileHeld(const workload::Situation& situation);

// Returns `end`, the step that the planner has decided on. If `end` is Wait and a patch of a Pod
// failed in this sync, returns a failure instead, so that the patch is retried after back-off,
// unless
//   - the next try of a refused patch is scheduled already (P-036)
//   - this sync has another refusal to report (Situation::refused), which the planner turns into a
//     failure
Step TryPodsAgain(const workload::Situation& situation, Step end);

}  // namespace windlass::in_place
