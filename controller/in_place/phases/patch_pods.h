// Patches of Pods in an in-place update, one request at a time. Source: P-035, P-062, P-031…P-042,
// P-064.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::in_place {

// Returns why a Pod was not patched, drained, or returned to traffic in this sync; null if no such
// patch failed.
const Error* RefusedOfPods(const Learned& learned);

// Returns the patch that gives the next chosen Pod (InPlace::next) its template, or the write that
// drains the Pod first if drains are asked for. Returns nullopt if no Pod is chosen, or all chosen
// Pods are still draining.
std::optional<Step> PatchNextPod(const workload::Situation& situation);

// Returns the write that gives a new state to the first Pod that lost its state (LostState) and
// that this sync has not tried to patch. Returns nullopt if there is none.
std::optional<Step> RestoreStates(const workload::Situation& situation);

// Returns the write that returns to traffic the next drained Pod that is updated, or that is not to
// be patched any more; nullopt if there is none. The settings of the workload do not matter (P-051,
// P-076).
std::optional<Step> EndDrains(const workload::Situation& situation);

// Returns the next write that opens the readiness gate of a Pod: a Pod with our gate becomes Ready
// only after that.
std::optional<Step> OpenGates(const workload::Situation& situation);

// Returns the patch that gives a failed Pod of an abandoned revision the host's template back
// (P-062).
std::optional<Step> RevertNextPod(const workload::Situation& situation);

}  // namespace windlass::in_place
