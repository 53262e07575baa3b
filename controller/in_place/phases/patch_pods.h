// Patches of Pods in an in-place update, one request at a time. Source: P-035, P-062, P-031…P-042,
// P-064.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::in_place {

// Returns the error of the first patch of a Pod, or of a Pod's status, that failed in this sync;
// null if none failed.
const Error* RefusedOfPods(const Learned& learned);

// Returns the patch that gives the next chosen Pod (PodsInPlace::next) its template. Before the
// patch, returns the read that it needs, and the write that drains the Pod if the settings ask for
// drains. Returns nullopt if no Pod is chosen, or if all chosen Pods are still draining.
std::optional<Step> PatchNextPod(const workload::Situation& situation);

// Returns the resize of the next Pod whose state asks for other CPU or memory and that has not got
// it (ResizeStep::kDue). Works also for a paused workload, because the Pod counts as updated
// already. Returns nullopt
//   - if no resize is due, or Pods cannot be seen
//   - for a Pod that is to be patched now to another template, or of which a patch failed in this
//     sync
//   - while the next try of a refused patch is in the future (P-036)
std::optional<Step> ResizeNextPod(const workload::Situation& situation);

// Returns the write that gives a new state to the first Pod that has lost its state annotation
// (LostState). Leaves out Pods that this sync has tried to patch. Returns nullopt if there is no
// such Pod, or after kRefusalsMax tries in this sync.
std::optional<Step> RestoreStates(const workload::Situation& situation);

// Returns the write that returns the next drained Pod to traffic; nullopt if no Pod is to return.
// Works also if the workload no longer asks for updates in place (P-051, P-076).
// A drained Pod returns if it is updated, or is not to be patched now. It stays drained while its
// patch restarts it, or its containers are not ready (NextDrainStep).
std::optional<Step> EndDrains(const workload::Situation& situation);

// Returns the next write that opens the gate of a Pod that is not drained: sets our readiness
// condition to True. Before that, a Pod with our gate cannot become Ready.
// A sync tries each Pod once, oldest first. After kRefusalsMax failures, the sync goes on from
// another Pod, which the clock selects. Otherwise a policy that refuses the oldest Pods would keep
// all other gates closed for ever. Example: the gates of the five oldest of eight Pods are refused.
// The sync tries Pods 1, 2, 3 in vain. It goes on from Pod 6, opens 6, 7, 8, and fails at 4.
// Returns nullopt if
//   - no Pod is left to try, or Pods cannot be seen
//   - more than kRefusalsMax of these writes have failed in this sync
std::optional<Step> OpenGates(const workload::Situation& situation);

// Looks at the writes of this sync that were to open a Pod's gate, or to return a drained Pod to
// traffic. Returns the first refusal (IsRefusal) of such a write, with the message of RefusalText;
// nullopt if none was refused.
// The Pod gets no traffic, so users see this refusal in condition ReplicaFailure in every phase.
std::optional<Error> RefusedTraffic(const Learned& learned);

// Returns the next patch that gives the host's template back to a failed Pod of a given-up revision
// (P-062). Returns nullopt
//   - if no failed Pod is left
//   - while the next try of a refused patch is in the future (P-036)
//   - if patches of kRefusalsMax Pods, or of all failed Pods, were refused in this sync
//   - under Recreate, while another Pod must be gone first (PodsInPlace::beside)
std::optional<Step> RevertNextPod(const workload::Situation& situation);

}  // namespace windlass::in_place
