// What is to be done with one Pod whose Deployment asks for a drain: out of traffic, patched, back.
// The Pod's state says that it is drained and since when; the label or condition by which traffic
// goes is derived from that on every look, never from what we believe to have written. Source:
// P-040, P-041, P-051.
//
//   in traffic    no `drain` in the state    label <on>     condition True
//   drained       `drain` in the state       label <off>    condition False, and then Ready False
//
// State and label change in one patch of the Pod, state and condition in one of its status. Pods
// that take no traffic anyway are patched without a drain: those that are not Ready, or in flight
// already.
//
// To the budget a drained Pod is in flight (availability.h). It goes first among the candidates: it
// has its place in the batch, and another one must not take it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "controller/in_place/changes.h"
#include "controller/in_place/options.h"
#include "controller/in_place/pod_state.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

struct DrainStep {
  enum class Do : uint8_t {
    kNothing,
    kBegin,  // BeginDrain
    kWait,   // until `until`, or for an event where there is none
    kPatch,  // PatchPod, now
    kEnd,    // EndDrain
  };
  Do what = Do::kNothing;
  std::optional<WallTime> until{};
  bool operator==(const DrainStep&) const = default;
};

// `state` is the Pod's, null where the annotation is absent or not ours. `chosen`: the Pod is not
// of the target and in the batch that is to be patched now; never while the Deployment is paused.
// `complete`: the last patch is carried out (completion.h), or there was none.
//
// A drained Pod that is not chosen, because its target is the template it has, takes traffic again.
// A drain goes on as it began, whatever is configured meanwhile. Mode kNone works too: kPatch or
// kNothing.
DrainStep NextDrainStep(const Options& options, const Pod& pod, const PodState* state, bool chosen,
                        bool complete, WallTime now);

// Of a Pod that was never patched: what its state is to say.
struct Unpatched {
  Uid deployment;
  int64_t revision = 0;
  Fingerprint of;  // the template it is of
};

// Takes the Pod out of traffic, as `options` say or, if it is drained already, as its state says.
// The value that its label has before goes into the state.
// Error kInvalid when the state would be too long. Requires that one of them has a mode.
Result<Request> BeginDrain(const Options& options, const Pod& pod, const PodState* state,
                           const Unpatched& unpatched, WallTime now);

// Lets the Pod take traffic again. A state that said nothing else is taken away. Where the state
// does not say how it was drained, `options` do; requires a mode, as above. Error kInvalid as
// above. The label gets its value in `of_template`, the text of the template that the Pod is of
// (that of the Deployment, which `options` know, may be another one); where that is not known, and
// empty, the one in the state.
Result<Request> EndDrain(const Options& options, const Pod& pod, const PodState* state,
                         std::string_view of_template, WallTime now);

// The condition of a Pod with our readinessGate has to be True unless it is drained for
// `deployment`, whatever that asks for: without it the Pod would never become Ready. nullopt when
// it is as it should be, and for a Pod that is being deleted.
std::optional<Request> KeepGateOpen(const Pod& pod, const Uid& deployment, WallTime now);

// What a patch may change of a drained Pod: not the label that keeps it out of traffic.
TemplateChanges KeepDrained(TemplateChanges changes, const PodState* state);

// The `drain` in the state that goes with a patch of all `changes`: that of the last state, which
// ends with the label's new value.
std::optional<Drained> DrainedAfter(const TemplateChanges& changes, const PodState* state);

}  // namespace windlass::in_place
