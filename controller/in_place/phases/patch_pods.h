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

// Returns the write that gives a new state to the first Pod that lost its state (LostState) and
// that this sync has not tried to patch. Returns nullopt if there is none, or if this sync has
// tried to patch kRefusalsMax of the Pods that lost their states.
std::optional<Step> RestoreStates(const workload::Situation& situation);

// Returns the write that returns to traffic the next drained Pod that is updated, or that is not to
// be patched now. A Pod that is being restarted by its patch, or whose containers are not ready,
// stays drained (NextDrainStep). Returns nullopt if there is no Pod to return. Returns Pods even if
// the workload no longer asks for updates in place (P-051, P-076).
std::optional<Step> EndDrains(const workload::Situation& situation);

// Returns the next write that opens the readiness gate of a Pod that is not drained: a Pod with our
// gate becomes Ready only after that. Returns nullopt if there is no such Pod, or if the API server
// has refused kRefusalsMax of these writes in this sync.
std::optional<Step> OpenGates(const workload::Situation& situation);

// Returns the next patch that gives a failed Pod of an abandoned revision the host's template back
// (P-062). Returns nullopt
//   - if no failed Pod is left
//   - if the API server has refused such a patch, and the next try is later (P-036)
//   - if such patches failed in this sync: kRefusalsMax of them, or one for each failed Pod
//   - under Recreate, while another Pod must be gone first (PodsInPlace::beside)
std::optional<Step> RevertNextPod(const workload::Situation& situation);

}  // namespace windlass::in_place
