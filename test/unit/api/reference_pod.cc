// Reads a whole Pod, in the slow and obvious way.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "test/unit/api/reference_decoder.h"

namespace windlass::test {
namespace {

using nlohmann::json;
using Members = ReferenceMembers;

constexpr std::string_view kGate = "windlass.dev/in-place-ready";

bool IsKept(std::string_view annotation) {
  return annotation.starts_with("windlass.dev/") ||
         annotation == "controller.kubernetes.io/pod-deletion-cost";
}

void Annotations(const Members& object, Pod& out) {
  object.Object("metadata", [&](const Members& m) {
    m.Object("annotations", [&](const Members& annotations) {
      for (const auto& [key, value] : annotations.object.items()) {
        if (value.is_null()) continue;
        out.has_annotations = true;
        if (!IsKept(key)) continue;
        m.ok = m.ok && value.is_string();
        if (m.ok) out.meta.annotations.Set(key, value.get_ref<const std::string&>());
      }
    });
  });
}

void Quantities(const Members& object, const char* list, CpuAndMemory& out) {
  object.Object(list, [&](const Members& quantities) {
    const bool limits = std::string_view(list) == "limits";
    quantities.String("cpu", out.values[limits ? 2 : 0]);
    quantities.String("memory", out.values[limits ? 3 : 1]);
  });
}

PodContainer Status(const Members& s, SymbolTable& symbols) {
  PodContainer out;
  ContainerResources resources;
  s.Object("allocatedResources", [&](const Members& quantities) {
    quantities.String("cpu", resources.allocated.values[0]);
    quantities.String("memory", resources.allocated.values[1]);
  });
  s.Object("resources", [&](const Members& r) {
    resources.reported = true;
    Quantities(r, "requests", resources.actual);
    Quantities(r, "limits", resources.actual);
  });
  if (resources.reported) out.resources = TextOf(resources);
  out.state = ContainerState::kWaiting;
  s.String("name", out.name);
  s.String("imageID", out.image_id);
  std::string id;
  s.String("containerID", id);
  out.id = ContainerId::Parse(id, symbols);
  bool ready = false;
  s.Bool("ready", ready);
  out.ready = ready;
  s.With("started", &json::is_boolean, [&](const json& v) {
    out.started = v.get<bool>() ? ConditionStatus::kTrue : ConditionStatus::kFalse;
  });
  s.Integer("restartCount", out.restart_count);
  s.Object("state", [&](const Members& state) {
    state.Object("waiting", [&](const Members& w) { w.String("reason", out.waiting_reason); });
    state.Object("running", [&](const Members& r) { r.Time("startedAt", out.started_at); });
    if (state.Find("running") != nullptr) {
      out.state = ContainerState::kRunning;
      out.waiting_reason = {};
    } else if (state.Find("terminated") != nullptr) {
      out.state = ContainerState::kTerminated;
      out.waiting_reason = {};
    }
  });
  return out;
}

std::vector<PodContainer> Statuses(const Members& object, const char* list, SymbolTable& symbols) {
  std::vector<PodContainer> out;
  object.Object("status", [&](const Members& status) {
    status.ForEach(list, [&](const json& element) {
      out.push_back(Status(ReferenceElement(element, status.ok), symbols));
    });
  });
  return out;
}

void Containers(const Members& spec, bool init, const std::vector<PodContainer>& statuses,
                Pod& out) {
  spec.ForEach(init ? "initContainers" : "containers", [&](const json& element) {
    const Members c = ReferenceElement(element, spec.ok);
    std::string name;
    std::string policy;
    size_t rules = 0;
    c.String("name", name);
    c.String("restartPolicy", policy);
    c.ForEach("restartPolicyRules", [&](const json&) { ++rules; });
    PodContainer container;
    for (const PodContainer& status : statuses) {
      if (status.name == name) container = status;
    }
    container.name = name;
    c.String("image", container.image);
    ContainerResources resources = ParseContainerResources(container.resources.text());
    resources.wanted = {};
    c.Object("resources", [&](const Members& r) {
      Quantities(r, "requests", resources.wanted);
      Quantities(r, "limits", resources.wanted);
    });
    container.resources = TextOf(resources);
    c.ForEach("resizePolicy", [&](const json& row) {
      const Members r = ReferenceElement(row, c.ok);
      std::string resource;
      std::string restarts;
      r.String("resourceName", resource);
      r.String("restartPolicy", restarts);
      const bool does = restarts == "RestartContainer";
      if (resource == "cpu") container.restarts_for_cpu = does;
      if (resource == "memory") container.restarts_for_memory = does;
    });
    const bool sidecar = init && policy == "Always";
    if (init) container.kind = sidecar ? ContainerKind::kSidecar : ContainerKind::kInit;
    container.own_restart_policy = rules > 0 || (!policy.empty() && !sidecar);
    out.containers.push_back(container);
  });
}

void Spec(const Members& object, SymbolTable& symbols, Pod& out) {
  const auto init = Statuses(object, "initContainerStatuses", symbols);
  const auto app = Statuses(object, "containerStatuses", symbols);
  object.Object("spec", [&](const Members& s) {
    s.String("nodeName", out.node_name);
    int64_t grace = out.termination_grace_period_seconds;
    s.Integer("terminationGracePeriodSeconds", grace);
    grace = std::clamp<int64_t>(grace, 0, INT32_MAX);
    out.termination_grace_period_seconds = static_cast<int32_t>(grace);
    s.ForEach("readinessGates", [&](const json& element) {
      std::string type;
      ReferenceElement(element, s.ok).String("conditionType", type);
      if (type == kGate) out.has_gate = true;
    });
    Containers(s, true, init, out);
    Containers(s, false, app, out);
  });
}

void Conditions(const Members& status, Pod& out) {
  PodResize resize;
  status.ForEach("conditions", [&](const json& element) {
    const Members c = ReferenceElement(element, status.ok);
    std::string type;
    std::string said;
    WallTime since;
    c.String("type", type);
    c.String("status", said);
    c.Time("lastTransitionTime", since);
    const ConditionStatus value = said == "True"    ? ConditionStatus::kTrue
                                  : said == "False" ? ConditionStatus::kFalse
                                                    : ConditionStatus::kUnknown;
    if (type == "Ready") out.ready = {value, since};
    if (type == "ContainersReady") out.containers_ready = {value, since};
    if (type == "PodScheduled") out.scheduled = {value, since};
    if (type == kGate) out.gate = value;
    std::string reason;
    std::string message;
    int64_t generation = 0;
    c.String("reason", reason);
    c.String("message", message);
    c.Integer("observedGeneration", generation);
    if (value != ConditionStatus::kTrue) return;
    if (type == "PodResizePending") {
      using enum PodResize::Pending;
      resize.pending = reason == "Infeasible" ? kInfeasible : kDeferred;
      resize.pending_generation = generation;
      resize.message = message;
    }
    if (type == "PodResizeInProgress") {
      resize.in_progress = true;
      resize.error = reason == "Error" ? message : "";
    }
  });
  out.resize = TextOf(resize);
}

void ReadStatus(const Members& object, Pod& out) {
  object.Object("status", [&](const Members& s) {
    s.Integer("observedGeneration", out.observed_generation);
    std::string phase;
    s.String("phase", phase);
    if (phase == "Pending") out.phase = PodPhase::kPending;
    if (phase == "Running") out.phase = PodPhase::kRunning;
    if (phase == "Succeeded") out.phase = PodPhase::kSucceeded;
    if (phase == "Failed") out.phase = PodPhase::kFailed;
    Conditions(s, out);
  });
}

void ReadPod(const Members& object, Pod& out) {
  static SymbolTable symbols;
  out.meta = ReferenceMetadata(object);
  Annotations(object, out);
  Spec(object, symbols, out);
  ReadStatus(object, out);
}

Places PodPlaces() {
  using enum FieldType;
  Places places = MetadataPlaces(WithAnnotations::kNo);
  const auto add = [&](FieldType type, bool shown, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) places.push_back({path, type, shown});
  };
  add(kObject, true, {"metadata.annotations"});
  add(kObject, false, {"spec", "status"});
  add(kString, true, {"spec.nodeName"});
  add(kInt64, true, {"spec.terminationGracePeriodSeconds", "status.observedGeneration"});
  add(kList, false, {"spec.readinessGates", "status.conditions"});
  add(kString, false, {"spec.readinessGates[0].conditionType", "status.phase"});
  add(kString, false, {"status.conditions[0].type", "status.conditions[0].status"});
  add(kTime, false, {"status.conditions[0].lastTransitionTime"});
  add(kString, false, {"status.conditions[0].reason", "status.conditions[0].message"});
  add(kInt64, false, {"status.conditions[0].observedGeneration"});
  for (const std::string list : {"spec.containers", "spec.initContainers"}) {
    const std::string one = list + "[0].";
    add(kList, true, {list});
    add(kString, true, {one + "name", one + "image", one + "restartPolicy"});
    add(kObject, false, {one + "resources", one + "resources.limits"});
    add(kString, true, {one + "resources.limits.cpu", one + "resources.requests.memory"});
    add(kList, false, {one + "resizePolicy"});
    add(kString, false, {one + "resizePolicy[0].resourceName"});
  }
  // Without containers in the spec, nothing of their statuses is kept.
  for (const std::string list : {"status.containerStatuses", "status.initContainerStatuses"}) {
    const std::string one = list + "[0].";
    const std::string state = one + "state";
    add(kList, false, {list});
    add(kString, false, {one + "name", one + "imageID", one + "containerID"});
    add(kBool, false, {one + "ready", one + "started"});
    add(kInt32, false, {one + "restartCount"});
    add(kObject, false, {state, state + ".waiting", state + ".running"});
    add(kString, false, {state + ".waiting.reason"});
    add(kTime, false, {state + ".running.startedAt"});
    add(kObject, false, {one + "resources", one + "allocatedResources"});
  }
  return places;
}

}  // namespace

DecodeInterest TestInterest() {
  return {.keeps_template = [](const ObjectMeta& rs) { return rs.annotations.Has("test/keep"); },
          .keeps_pod_annotation = IsKept,
          .keeps_service_annotation = [](std::string_view key) { return key == kKeptOfService; },
          .pod_gate = kGate};
}

template <>
const Fields<Pod>& FieldsOf() {
  static const Fields<Pod> kFields = {{ReadPod, PodPlaces(), std::equal_to<Pod>()}};
  return kFields;
}

}  // namespace windlass::test
