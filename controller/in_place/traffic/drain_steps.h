// The next step for one Pod whose workload asks for a drain: take the Pod out of traffic, patch it,
// return it to traffic. Source: P-040, P-041, P-051.
// The Pod's state says whether it is drained and since when. Which label or condition the Pod
// should have follows from that state each time, not from memory of our own writes.
//
//   in traffic    no `drain` in the state    label <on>     condition True
//   drained       `drain` in the state       label <off>    condition False, and then Ready False
//
// The state and the label change in one patch of the Pod, the state and the condition in one patch
// of its status. These Pods are patched without a drain:
//   - a Pod that takes no traffic: it is not Ready, or in flight already
//   - a Pod without the readinessGate, in mode kGate
//
// A drained Pod counts as in flight (controller/in_place/pod/availability.h). Drained Pods come
// first among the candidates for a patch, so that no Pod is drained in vain.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "controller/in_place/pod/drain_step.h"
#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/changes.h"
#include "controller/in_place/template/options.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// Returns what to do with the Pod next; kNothing for a Pod that is being deleted.
//   - `state`: the Pod's state; null if the annotation is absent or not ours
//   - `chosen`: the Pod lacks the target template and is in the batch to be patched now. Never true
//     while the workload is paused.
//   - `complete`: no patch is under way, because the last one counts as carried out or was undone
//     by admission, or there was none.
//
// For a Pod that is not chosen:
//   - if it is drained: kEnd once its last patch is complete and its containers are ready, kWait
//     before
//   - if it is not drained but has the label value <off> (IsLeftOut): kEnd
//
// A drain goes on in the mode in which it began, but with the present drain_seconds. If the mode of
// `options` is kNone and the Pod is not drained, the step is kPatch or kNothing.
DrainStep NextDrainStep(const Options& options, const Pod& pod, const PodState* state, bool chosen,
                        bool complete, WallTime now);

// Returns true if the Pod's label keeps it out of traffic, although its state has no `drain`.
// Example: EndDrain writes a state without `drain` and sets the label back, but an admission policy
// undoes the change of the label. Always returns false unless the mode of `options` is kLabel. Mode
// kGate does not need this, because a Pod with a closed gate is not Ready anyway.
bool IsLeftOut(const Options& options, const Pod& pod, const PodState* state);

// Returns true if the Pod is drained, but was out of traffic before its drain began
// (Drained::was_out), and still is. Without the drain, IsLeftOut would be true.
bool WasLeftOut(const Pod& pod, const PodState& state);

// Returns the `drain` for the new state of a Pod that lost its state (LostState), if the Pod's
// label or condition shows a drain as configured in `options`; nullopt otherwise.
std::optional<Drained> DrainOfLost(const Options& options, const Pod& pod, WallTime now);

// Returns true if a drained Pod is in traffic, although Windlass has drained it anew kDrainAgainMax
// times. Example: an admission policy sets the label back each time. Returns false for a Pod that
// is being deleted.
bool IsDrainInVain(const Pod& pod, const PodState* state);

// What BeginDrain writes into the state of a Pod that was never patched.
struct Unpatched {
  Uid deployment;
  int64_t revision = 0;
  Fingerprint of;  // the template that the Pod has
};

// Returns the patch that takes the Pod out of traffic. Error kInvalid if the state would be too
// long.
//   - If the Pod is drained already: uses the mode in the Pod's state, and raises Drained::again by
//     1, up to kDrainAgainMax.
//   - If the Pod is not drained: uses the mode of `options`, which must not be kNone. In mode
//     kLabel, saves the label's present value in the state, for EndDrain.
Result<Request> BeginDrain(const Options& options, const Pod& pod, const PodState* state,
                           const Unpatched& unpatched, WallTime now);

// Returns the patch that lets the Pod take traffic again, and removes `drain` from its state. If
// the Pod was never patched, removes the whole annotation. If `state` has no `drain`, `options` say
// how the Pod was drained; their mode must not be kNone.
//
// The label gets the first of these values that is usable:
//   - its value in `of_template`, the text of the Pod's own template
//   - the value saved in the Pod's state
//   - `on` of `options`, if the state has no `drain`. (`options` describe the workload's current
//     template, which may differ from the Pod's.)
// Error kInvalid if the state would be too long.
Result<Request> EndDrain(const Options& options, const Pod& pod, const PodState* state,
                         std::string_view of_template, WallTime now);

// Returns the patch that sets our readiness condition to True. A Pod with our readinessGate cannot
// be Ready without it, even if its workload no longer asks for a drain. Returns nullopt if
//   - the Pod lacks the gate, or the condition is True
//   - the Pod's state says that the workload `deployment` drained it
//   - the Pod is being deleted
std::optional<Request> KeepGateOpen(const Pod& pod, const Uid& deployment, WallTime now);

// Returns `changes` without the drain's label if the Pod is drained: the patch leaves the label at
// <off>, and only EndDrain returns the Pod to traffic.
TemplateChanges KeepDrained(TemplateChanges changes, const PodState* state);

// Returns the `drain` for the new state of a Pod that is patched with `changes`; nullopt if the Pod
// is not drained. If `changes` set the drain's label, the Pod will return to traffic with that new
// value.
std::optional<Drained> DrainedAfter(const TemplateChanges& changes, const PodState* state);

}  // namespace windlass::in_place
