#include "controller/in_place/traffic/drain_steps.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/in_place/template/json_diff.h"
#include "controller/in_place/template/json_operations.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/api/time.h"
#include "kubeclient/base/assert.h"

namespace windlass::in_place {
namespace {

using Do = DrainStep::Do;
using Mode = Drain::Mode;

bool HasLabel(const Pod& pod, const std::string& label, const std::string& value) {
  return pod.meta.labels.Find(label) == value;
}

// Returns true if the Pod can be drained in this mode. For mode kGate the Pod must have the
// readinessGate already, because a gate cannot be added to a running Pod.
bool CanDrain(const Pod& pod, const Drain& drain) {
  return drain.mode == Mode::kLabel || (drain.mode == Mode::kGate && pod.has_gate);
}

bool LooksDrained(const Pod& pod, const Drain& drain) {
  if (drain.mode == Mode::kLabel) return HasLabel(pod, drain.label, drain.off);
  return pod.gate == ConditionStatus::kFalse;
}

// Returns the drain in the Pod's state if the Pod is drained, otherwise that of `options`.
const Drain& MethodFor(const Options& options, const PodState* state) {
  const bool drained = state != nullptr && state->drain;
  const Drain& drain = drained ? state->drain->how : options.drain;
  WL_ASSERT(drain.mode != Mode::kNone);
  return drain;
}

DrainStep NextOfDrained(const Options& options, const Pod& pod, const Drained& drained, bool chosen,
                        bool complete, WallTime now) {
  if (!chosen) return {complete && pod.containers_ready.IsTrue() ? Do::kEnd : Do::kWait};
  if (!complete) return {Do::kPatch};  // the Pod is down already, so it is patched at once (P-034)
  // Another client has put the Pod back into traffic, so the drain begins again.
  if (!LooksDrained(pod, drained.how)) return {Do::kBegin};
  const WallTime until = drained.since + seconds(options.drain_seconds);
  if (now < until) return {Do::kWait, until};
  if (drained.how.mode == Mode::kGate && pod.ready.IsTrue()) return {Do::kWait};
  return {Do::kPatch};
}

// The state annotation's text; nullopt removes the annotation.
using StateText = std::optional<std::string>;

// The patch tests that the Pod still has the state that we saw. Another process may have patched
// the Pod since, because it believes that it leads.
Request PatchLabel(const Pod& pod, const std::string& label, const std::string& value,
                   const StateText& state) {
  Operations operations;
  operations.Test("/metadata/deletionTimestamp", nullptr);
  const std::string key(kPodState);
  const StateText seen = StateTextOf(pod);
  operations.TestState(pod.has_annotations, seen);
  if (state || seen) {
    operations.ChangeMap("/metadata/annotations", pod.has_annotations, {{key, state}});
  }
  operations.ChangeMap("/metadata/labels", !pod.meta.labels.empty(), {{label, value}});
  return Request::GuardedJsonPatch(resources::kPods, KeyOf(pod.meta), pod.meta.uid,
                                   operations.Text());
}

// A strategic merge finds conditions by type, so the kubelet's conditions stay as they are.
// `annotations` are merged into the Pod's annotations.
Request PatchGate(const Pod& pod, bool open, Json annotations, WallTime now) {
  Json fields = {{"status",
                  {{"conditions",
                    {{{"type", kReadyGate},
                      {"status", open ? "True" : "False"},
                      {"lastTransitionTime", FormatTime(now)},
                      {"reason", open ? "InTraffic" : "Drained"},
                      {"message", ""}}}}}}};
  if (!annotations.empty()) fields["metadata"]["annotations"] = std::move(annotations);
  return Request::StrategicMergePatch(resources::kPods, VersionOf(pod.meta), DumpJson(fields),
                                      "status");
}

Request PatchTraffic(const Pod& pod, const Drain& drain, bool on, const StateText& state,
                     WallTime now) {
  if (drain.mode == Mode::kLabel) {
    return PatchLabel(pod, drain.label, on ? drain.on : drain.off, state);
  }
  Json annotations = Json::object();
  const std::string key(kPodState);
  if (state) {
    annotations[key] = *state;
  } else if (pod.meta.annotations.Has(kPodState)) {
    annotations[key] = nullptr;
  }
  return PatchGate(pod, on, std::move(annotations), now);
}

// Returns the value of the drain's label in a template; nullopt if the label is absent, or its
// value keeps Pods out of traffic.
std::optional<std::string> LabelIn(std::string_view template_json, const Drain& drain) {
  if (drain.mode != Mode::kLabel || template_json.empty()) return std::nullopt;
  const Json pod_template = Json::parse(template_json, nullptr, /*allow_exceptions=*/false);
  const Json::json_pointer labels("/metadata/labels");
  if (!pod_template.is_object() || !pod_template.contains(labels)) return std::nullopt;
  const auto value = pod_template[labels].find(drain.label);
  if (value == pod_template[labels].end() || !value->is_string()) return std::nullopt;
  return *value == drain.off ? std::nullopt : std::optional(value->get<std::string>());
}

// Sets `drain.on` to `value`, the Pod's own value of the drain's label, which the Pod gets back
// later. The configured `drain.on` may be wrong for this Pod: it is from the workload's template,
// which the Pod may not have. Does nothing if `value` is absent, empty or `drain.off`.
void ComeBackTo(std::optional<std::string_view> value, Drain& drain) {
  if (drain.mode != Mode::kLabel || !value || value->empty() || *value == drain.off) return;
  drain.on = *value;
}

// Returns true if the state, apart from `drain`, describes no patch. BeginDrain writes such a state
// to a Pod that had none.
bool SaysNothingElse(const PodState& state) {
  return state.containers.empty() && state.target == state.from;
}

}  // namespace

DrainStep NextDrainStep(const Options& options, const Pod& pod, const PodState* state, bool chosen,
                        bool complete, WallTime now) {
  if (pod.meta.deleting()) return {};
  if (state != nullptr && state->drain) {
    return NextOfDrained(options, pod, *state->drain, chosen, complete, now);
  }
  const Drain& drain = options.drain;
  if (chosen) {
    const bool in_traffic = complete && pod.ready.IsTrue();
    return {in_traffic && CanDrain(pod, drain) ? Do::kBegin : Do::kPatch};
  }
  return {IsLeftOut(options, pod, state) ? Do::kEnd : Do::kNothing};
}

bool IsLeftOut(const Options& options, const Pod& pod, const PodState* state) {
  const bool drained = state != nullptr && state->drain;
  return !drained && options.drain.mode == Mode::kLabel && LooksDrained(pod, options.drain);
}

bool WasLeftOut(const Pod& pod, const PodState& state) {
  return state.drain && state.drain->was_out && LooksDrained(pod, state.drain->how);
}

std::optional<Drained> DrainOfLost(const Options& options, const Pod& pod, WallTime now) {
  const Drain& drain = options.drain;
  if (drain.mode == Mode::kNone || !LooksDrained(pod, drain)) return std::nullopt;
  return Drained{now, drain};
}

bool IsDrainInVain(const Pod& pod, const PodState* state) {
  if (state == nullptr || !state->drain || pod.meta.deleting()) return false;
  const Drained& drained = *state->drain;
  return drained.again >= kDrainAgainMax && !LooksDrained(pod, drained.how);
}

Result<Request> BeginDrain(const Options& options, const Pod& pod, const PodState* state,
                           const Unpatched& unpatched, WallTime now) {
  PodState next = state != nullptr ? *state
                                   : PodState{.pod = pod.meta.uid,
                                              .deployment = unpatched.deployment,
                                              .revision = unpatched.revision,
                                              .target = unpatched.of,
                                              .from = unpatched.of,
                                              .generation_before = pod.meta.generation,
                                              .at = now,
                                              .containers = {}};
  Drain drain = MethodFor(options, state);
  const bool is_anew = state != nullptr && state->drain;
  if (!is_anew) ComeBackTo(pod.meta.labels.Find(drain.label), drain);
  const int32_t again = is_anew ? std::min(state->drain->again + 1, kDrainAgainMax) : 0;
  next.drain = Drained{now, drain, again, IsLeftOut(options, pod, state)};
  WINDLASS_TRY(std::string text, WritePodState(next));
  return PatchTraffic(pod, drain, /*on=*/false, std::move(text), now);
}

Result<Request> EndDrain(const Options& options, const Pod& pod, const PodState* state,
                         std::string_view of_template, WallTime now) {
  Drain drain = MethodFor(options, state);
  if (auto value = LabelIn(of_template, drain)) drain.on = *std::move(value);
  // If `state` is null, the annotation names another workload or cannot be read. It then stays as
  // it is.
  StateText text = StateTextOf(pod);
  if (state != nullptr) {
    const PodState next = WithoutDrain(*state);
    text = std::nullopt;
    if (!SaysNothingElse(next)) {
      WINDLASS_TRY(text, WritePodState(next));
    }
  }
  return PatchTraffic(pod, drain, /*on=*/true, text, now);
}

std::optional<Request> KeepGateOpen(const Pod& pod, const Uid& deployment, WallTime now) {
  if (!pod.has_gate || pod.gate == ConditionStatus::kTrue) return std::nullopt;
  if (pod.meta.deleting()) return std::nullopt;
  const std::optional<Result<PodState>> state = PodStateOf(pod);
  const bool ours = state && state->ok() && (*state)->deployment == deployment;
  if (ours && (*state)->drain) return std::nullopt;
  return PatchGate(pod, /*open=*/true, Json::object(), now);
}

TemplateChanges KeepDrained(TemplateChanges changes, const PodState* state) {
  if (state != nullptr && state->drain) changes.labels.erase(state->drain->how.label);
  return changes;
}

std::optional<Drained> DrainedAfter(const TemplateChanges& changes, const PodState* state) {
  if (state == nullptr || !state->drain) return std::nullopt;
  Drained drained = *state->drain;
  const auto label = changes.labels.find(drained.how.label);
  if (label != changes.labels.end()) ComeBackTo(label->second, drained.how);
  return drained;
}

}  // namespace windlass::in_place
