// The resize of one Pod: how its CPU and memory get to what its state asks for, as far as its
// kubelet says that it has carried this out. Source: P-101, P-102, P-104.
//
//   state written ─▶ due ─▶ resize sent ─▶ under way ─▶ done
//                     │                       ├─▶ deferred    the node has no room for it now
//                     │                       └─▶ infeasible  the node will never do it
//                     └─▶ done, if another client resized the Pod meanwhile
//
// An autoscaler may resize a Pod at any time. What it has set stays: a Pod whose resources another
// client changed after our resize counts as done.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/changes.h"
#include "controller/in_place/template/eligibility.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// How long a resize may be deferred before the rollout goes on with new Pods (P-104).
inline constexpr seconds kDeferredMax{300};

enum class ResizeStep : uint8_t {
  kDone,      // or there is none
  kDue,       // the request is still to be sent
  kUnderWay,  // the kubelet has not carried it out yet
  kDeferred,
  kInfeasible,
};
// Returns how far the resize is that `state` asks for. Requires that `state` is this Pod's.
//   - A Pod without a node has no kubelet that could say anything: done once its spec has it.
//   - A plain init container that has run has nothing to carry out: its spec counts.
ResizeStep ResizeStepOf(const Pod& pod, const PodState& state);

// Returns true if the resize restarts a container that has not been restarted for it yet. A resize
// that the node will never carry out restarts nothing.
bool RestartsByResize(const Pod& pod, const PodState& state);

// Returns why the resize is not carried out, and new Pods are needed:
//   - kResizeInfeasible: the kubelet will never do it
//   - kResizeDeferred: it was deferred for kDeferredMax
// Returns nullopt otherwise.
std::optional<NotEligible> RefuseResize(const Pod& pod, const PodState& state, WallTime now);
// Returns the time at which RefuseResize may find a reason without an event; nullopt if there is
// none.
std::optional<WallTime> ResizeLookAgain(const Pod& pod, const PodState& state, WallTime now);

// Returns the resizes for the state of a patch of `pod` with `changes`. A resize of the state
// before this patch (`last`, or null) that is not done stays, if `changes` do not change the same
// quantity and `kept` says that the new template has it as well.
std::vector<ContainerResize> ResizesOf(const Pod& pod, const PodState* last,
                                       const std::vector<ResourceChange>& changes,
                                       const std::vector<ContainerResize>& kept);

// Returns the request that gives the Pod the CPU and memory that `state`, its present state, asks
// for. The API server refuses it, with error kConflict, if the Pod is being deleted, has another
// uid, state or generation, or a quantity is not the one that we saw. Error kInvalid if the Pod
// lacks a container.
Result<Request> ResizePod(const Pod& pod, const PodState& state);

}  // namespace windlass::in_place
