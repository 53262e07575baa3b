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

// Returns the patch that gives the next chosen Pod (PodsInPlace::next) its template, or a read that
// the patch needs. If the settings ask for drains, first returns the write that drains the Pod.
// Returns nullopt if no Pod is chosen, or all chosen Pods are still draining.
std::optional<Step> PatchNextPod(const workload::Situation& situation);

// Some patched Pods have lost their state annotation (LostState). Returns the write that gives a
// new state to the first of these Pods that this sync has not tried to patch. Returns nullopt if
// there is no such Pod, or if this sync has tried to patch kRefusalsMax of the Pods that lost their
// states.
std::optional<Step> RestoreStates(const workload::Situation& situation);

// Returns the write that returns the next drained Pod to traffic. A drained Pod returns if it is
// updated, or if it is not to be patched now. It stays drained while its patch restarts it, or
// while its containers are not ready (NextDrainStep). Returns nullopt if no Pod is to return. Also
// works if the workload no longer asks for updates in place (P-051, P-076).
std::optional<Step> EndDrains(const workload::Situation& situation);

// Returns the next write that sets our readiness condition to True (opens the gate) for a Pod that
// is not drained. A Pod with our readinessGate becomes Ready only after this write. Returns nullopt
// if no Pod needs it, if Pods cannot be seen, or if kRefusalsMax of these writes have failed in
// this sync.
std::optional<Step> OpenGates(const workload::Situation& situation);

// Returns the next patch that gives the host's template back to a failed Pod of a revision that is
// given up (P-062). Returns nullopt
//   - if no failed Pod is left
//   - if the API server has refused such a patch, and the time of the next try is in the future
//     (P-036)
//   - if kRefusalsMax of these patches failed in this sync, or one for each failed Pod
//   - under Recreate, while another Pod must be gone first (PodsInPlace::beside)
std::optional<Step> RevertNextPod(const workload::Situation& situation);

}  // namespace windlass::in_place
