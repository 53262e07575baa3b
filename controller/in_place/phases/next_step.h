// The steps of rollouts that patch running Pods instead of replacing them. Such a rollout makes the
// pending ReplicaSet (stage), changes the Pods (patch), and ends with an exchange of templates.
// Source: docs/design/009.
//
// Each step is decided from the stored objects. Within one sync the steps have this order:
//   1. finish a half-done exchange of templates
//   2. copy settings to ReplicaSets
//   3. restore lost states of Pods, open gates, return drained Pods to traffic
//   4. make the pending ReplicaSet
//   5. set the size of the host
//   6. create or remove stand-ins
//   7. patch Pods, one after the other
//   8. exchange templates
//   9. note refused patches of Pods, delete ReplicaSets beyond the history limit
//  10. write the status
// Step 1 comes first even while the workload is paused (RecoverExchange in swap_templates.h).
//
// If the workload no longer asks for in-place updates, or its rollout replaces Pods, Windlass still
// returns drained Pods to traffic, but no rollout waits for these Pods (leftovers.h).
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::in_place {

// Returns the next step of an in-place rollout, or of the work before or after such a rollout.
// Returns nullopt if the ordinary rollout is to continue, which is possible only in the phases none
// and replace.
std::optional<Step> NextInPlace(const workload::Situation& situation);

// Returns the next step for a paused workload. No step gives a Pod another template (P-041). The
// steps:
//   - mend a Pod: restore its lost state, open its gate, or return it to traffic
//   - set a size, delete a ReplicaSet beyond the history limit, or write the status
// In phases none and replace, and in deciding without `replace_soon`, only mends Pods. Returns
// nullopt in these phases if no Pod needs that.
std::optional<Step> NextInPlaceWhilePaused(const workload::Situation& situation);

// Called before the planner makes the ReplicaSet of a template. Returns Wait, which prevents this,
//   - if policy Only refuses the template: it must get no revision, not even in a rollback (P-014)
//   - if policy Only may refuse the template, but the objects that decide this cannot be seen
// Returns nullopt otherwise.
std::optional<Step> NextInPlaceBeforeCreation(const workload::Situation& situation);

// Called while nothing may be rolled out. Returns the first of these that applies:
//   - the write that opens a Pod's gate (sets our readiness condition to True), returns a Pod to
//     traffic, or gives ReplicaSets the size of the workload
//   - Wait if the revision to follow has no ReplicaSet (HasNothingToFollow), and the Pods that the
//     status counts are not loaded yet
//   - a write of a size, although this sync has sent it already (WasSent). The planner does not
//     send it again, and writes the status instead.
//   - nullopt
std::optional<Step> NextInPlaceWhileHeld(const workload::Situation& situation);

// `end` is the planner's decision. Returns, by the first case that applies:
//   - the next try of a refused patch is scheduled already (P-036): `end`
//   - Situation::refused is set, which the planner turns into a failure: `end`
//   - `end` is Wait, and a patch of a Pod failed in this sync: a failure, so that the patch is
//     retried after back-off
//   - otherwise: `end`
Step TryPodsAgain(const workload::Situation& situation, Step end);

}  // namespace windlass::in_place
