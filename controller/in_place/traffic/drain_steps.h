// The next step for one Pod whose workload asks for a drain: take it out of traffic, patch it,
// let it back. The Pod's state says whether it is drained and since when. The label or condition
// that steers traffic is derived from the state each time, never from what we believe we wrote.
// Source: P-040, P-041, P-051.
//
//   in traffic    no `drain` in the state    label <on>     condition True
//   drained       `drain` in the state       label <off>    condition False, and then Ready False
//
// State and label change in one patch of the Pod; state and condition in one patch of its status. A
// Pod that takes no traffic is patched without a drain: it is not Ready, or in flight already.
//
// A drained Pod counts as in flight (controller/in_place/pod/availability.h). It comes first among
// the candidates, so that no other Pod takes the place in the batch for which it was drained.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/changes.h"
#include "controller/in_place/template/options.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

struct DrainStep {
  enum class Do : uint8_t {
    kNothing,
    kBegin,  // send BeginDrain
    kWait,   // until `until`; without it, until an event
    kPatch,  // send PatchPod
    kEnd,    // send EndDrain
  };
  Do what = Do::kNothing;
  std::optional<WallTime> until{};
  bool operator==(const DrainStep&) const = default;
};

// Returns what to do with the Pod next.
//   - `state`: the Pod's; null if the annotation is absent or not ours
//   - `chosen`: the Pod lacks the target template and is in the batch to be patched now. Never true
//     while the workload is paused.
//   - `complete`: the last patch is carried out (CompletionOf), or there was none
//
// A drained Pod that is not chosen, because it has its target template, takes traffic again as soon
// as its containers are ready. A drain keeps the mode with which it began; the wait before the
// patch is the present drain_seconds. Without a drain (mode kNone) the step is kPatch or kNothing.
DrainStep NextDrainStep(const Options& options, const Pod& pod, const PodState* state, bool chosen,
                        bool complete, WallTime now);

// Returns the `drain` for the new state of a Pod that lost its state (LostState), if the Pod looks
// drained as `options` say; nullopt otherwise.
std::optional<Drained> DrainOfLost(const Options& options, const Pod& pod, WallTime now);

// What BeginDrain writes into the state of a Pod that was never patched.
struct Unpatched {
  Uid deployment;
  int64_t revision = 0;
  Fingerprint of;  // the template that the Pod has
};

// Returns the patch that takes the Pod out of traffic. A Pod that is drained already is drained in
// the mode of its state, any other in the mode of `options`; that mode must not be kNone. The
// label's present value is saved in the state, for EndDrain. Error kInvalid if the state would be
// too long.
Result<Request> BeginDrain(const Options& options, const Pod& pod, const PodState* state,
                           const Unpatched& unpatched, WallTime now);

// Returns the patch that lets the Pod take traffic again, and removes `drain` from its state. A
// state that says nothing else is removed whole. If `state` has no `drain`, `options` say how the
// Pod was drained; their mode must not be kNone.
//
// The label gets the value that it has in `of_template`, the text of the Pod's own template.
// (`options` describe the workload's current template, which may differ.) If `of_template` is
// empty or has no usable value, the one saved in the Pod's state is used. Error kInvalid if the
// state would be too long.
Result<Request> EndDrain(const Options& options, const Pod& pod, const PodState* state,
                         std::string_view of_template, WallTime now);

// Returns the patch that sets our readiness condition to True: a Pod with our readinessGate never
// becomes Ready without it, even if its workload no longer asks for a drain. Returns nullopt if
//   - the Pod lacks the gate, or the condition is True
//   - the Pod is drained for `deployment`
//   - the Pod is being deleted
std::optional<Request> KeepGateOpen(const Pod& pod, const Uid& deployment, WallTime now);

// Returns `changes` without the label that keeps a drained Pod out of traffic.
TemplateChanges KeepDrained(TemplateChanges changes, const PodState* state);

// Returns the `drain` for the state that is written with a patch of all `changes`; nullopt if the
// Pod is not drained. If `changes` set the drain's label, the Pod comes back with that value.
std::optional<Drained> DrainedAfter(const TemplateChanges& changes, const PodState* state);

}  // namespace windlass::in_place
