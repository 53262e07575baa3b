#include "kubeclient/api/pod.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_fields.h"

namespace windlass {
namespace {

using Containers = std::vector<PodContainer>;

// The containers of a Pod as the spec and the status list them. Spec and status may come in either
// order, so Join combines these lists only after the whole Pod is read.
struct PodParts {
  Containers init;
  Containers app;
  Containers init_status;
  Containers app_status;
};

PodPhase PhaseOf(std::string_view text) {
  if (text == "Pending") return PodPhase::kPending;
  if (text == "Running") return PodPhase::kRunning;
  if (text == "Succeeded") return PodPhase::kSucceeded;
  if (text == "Failed") return PodPhase::kFailed;
  return PodPhase::kUnknown;
}

ConditionStatus StatusOf(std::string_view text) {
  if (text == "True") return ConditionStatus::kTrue;
  if (text == "False") return ConditionStatus::kFalse;
  return ConditionStatus::kUnknown;
}

// Which resources restart the container if they change: spec.containers[].resizePolicy.
void ReadResizePolicy(JsonReader& in, PodContainer& out) {
  out.restarts_for_cpu = out.restarts_for_memory = false;
  in.Array([&] {
    std::string_view resource;
    bool restarts = false;
    in.Object([&](std::string_view key) {
      if (key == "resourceName")
        resource = in.String();
      else if (key == "restartPolicy")
        restarts = in.String() == "RestartContainer";
    });
    if (resource == "cpu") out.restarts_for_cpu = restarts;
    if (resource == "memory") out.restarts_for_memory = restarts;
  });
}

void ReadSpecContainers(JsonReader& in, SymbolTable& symbols, bool init, Containers& out) {
  out.clear();
  in.Array([&] {
    PodContainer container;
    bool has_policy = false;
    bool always = false;
    bool has_rules = false;
    in.Object([&](std::string_view key) {
      if (key == "name")
        container.name = symbols.Intern(in.String());
      else if (key == "image")
        container.image = symbols.Intern(in.String());
      else if (key == "restartPolicy") {
        const std::string_view policy = in.String();
        has_policy = !policy.empty();
        always = policy == "Always";
      } else if (key == "restartPolicyRules") {
        has_rules = false;
        in.Array([&] { has_rules = true; });
      } else if (key == "resources") {
        const ContainerResources resources{.wanted = ReadCpuAndMemory(in)};
        container.resources = symbols.Intern(TextOf(resources));
      } else if (key == "resizePolicy") {
        ReadResizePolicy(in, container);
      }
    });
    const bool sidecar = init && always;
    if (init) container.kind = sidecar ? ContainerKind::kSidecar : ContainerKind::kInit;
    container.own_restart_policy = has_rules || (has_policy && !sidecar);
    out.push_back(std::move(container));
  });
}

void ReadReadinessGates(JsonReader& in, const DecodeInterests& interests, Pod& out) {
  out.has_gate = false;
  in.Array([&] {
    in.Object([&](std::string_view key) {
      if (key == "conditionType" && interests.IsPodGate(in.String())) out.has_gate = true;
    });
  });
}

void ReadSpec(JsonReader& in, Decoder& decoder, Pod& out, PodParts& parts) {
  SymbolTable& symbols = decoder.symbols();
  constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
  out.node_name = {};
  out.termination_grace_period_seconds = Pod().termination_grace_period_seconds;
  out.has_gate = false;
  parts.init.clear();
  parts.app.clear();
  in.Object([&](std::string_view key) {
    if (key == "nodeName")
      out.node_name = symbols.Intern(in.String());
    else if (key == "containers")
      ReadSpecContainers(in, symbols, false, parts.app);
    else if (key == "initContainers")
      ReadSpecContainers(in, symbols, true, parts.init);
    else if (key == "readinessGates")
      ReadReadinessGates(in, decoder.interests(), out);
    else if (key == "terminationGracePeriodSeconds") {
      const int64_t grace = std::clamp(in.Int64(), int64_t{0}, kMax);
      out.termination_grace_period_seconds = static_cast<int32_t>(grace);
    }
  });
}

// A kubelet sets at most one state. If several are set, running wins over terminated, and
// terminated wins over waiting.
void ReadState(JsonReader& in, SymbolTable& symbols, PodContainer& out) {
  Symbol reason;
  WallTime started_at;
  out.state = ContainerState::kWaiting;  // the API's default
  const auto is = [&](ContainerState state) {
    if (out.state != ContainerState::kRunning) out.state = state;
  };
  in.Object([&](std::string_view key) {
    if (key == "running") {
      is(ContainerState::kRunning);
      started_at = {};
      in.Object([&](std::string_view member) {
        if (member == "startedAt") ReadTime(in, started_at);
      });
    } else if (key == "terminated") {
      is(ContainerState::kTerminated);
    } else if (key == "waiting") {
      reason = {};
      in.Object([&](std::string_view member) {
        if (member == "reason") reason = symbols.Intern(in.String());
      });
    }
  });
  const bool waiting = out.state == ContainerState::kWaiting;
  const bool running = out.state == ContainerState::kRunning;
  out.waiting_reason = waiting ? std::move(reason) : Symbol();
  out.started_at = running ? started_at : WallTime{};
}

void ReadContainerStatuses(JsonReader& in, SymbolTable& symbols, Containers& out) {
  out.clear();
  in.Array([&] {
    PodContainer status;
    ContainerResources resources;
    status.state = ContainerState::kWaiting;
    in.Object([&](std::string_view key) {
      if (key == "name")
        status.name = symbols.Intern(in.String());
      else if (key == "imageID")
        status.image_id = symbols.Intern(in.String());
      else if (key == "containerID")
        status.id = ContainerId::Parse(in.String(), symbols);
      else if (key == "ready")
        status.ready = in.Bool();
      else if (key == "started")
        status.started = in.Bool() ? ConditionStatus::kTrue : ConditionStatus::kFalse;
      else if (key == "restartCount")
        status.restart_count = in.Int32();
      else if (key == "state")
        ReadState(in, symbols, status);
      else if (key == "allocatedResources")
        ReadQuantities(in, "requests", resources.allocated);
      else if (key == "resources") {
        resources.actual = ReadCpuAndMemory(in);
        resources.reported = true;
      }
    });
    if (resources.reported) status.resources = symbols.Intern(TextOf(resources));
    out.push_back(std::move(status));
  });
}

// One condition, as far as a resize is concerned.
struct ResizeCondition {
  std::string_view type;
  std::string_view reason;
  std::string_view message;
  int64_t generation = 0;
};

void Note(const ResizeCondition& said, PodResize& out) {
  if (said.type == "PodResizePending") {
    out.pending = said.reason == "Infeasible" ? PodResize::Pending::kInfeasible
                                              : PodResize::Pending::kDeferred;
    out.pending_generation = said.generation;
    out.message = said.message;
  } else if (said.type == "PodResizeInProgress") {
    out.in_progress = true;
    out.error = said.reason == "Error" ? said.message : std::string_view();
  }
}

void ReadPodConditions(JsonReader& in, SymbolTable& symbols, const DecodeInterests& interests,
                       Pod& out) {
  out.ready = out.containers_ready = out.scheduled = {};
  out.gate = ConditionStatus::kAbsent;
  PodResize resize;
  in.Array([&] {
    PodCondition ignored;
    PodCondition* condition = &ignored;
    bool is_gate = false;
    ResizeCondition said;
    ConditionStatus status = ConditionStatus::kUnknown;
    WallTime last_transition_time;
    in.Object([&](std::string_view key) {
      if (key == "type") {
        const std::string_view type = said.type = in.String();
        is_gate = interests.IsPodGate(type);
        condition = type == "Ready"             ? &out.ready
                    : type == "ContainersReady" ? &out.containers_ready
                    : type == "PodScheduled"    ? &out.scheduled
                                                : &ignored;
      } else if (key == "status") {
        status = StatusOf(in.String());
      } else if (key == "lastTransitionTime") {
        ReadTime(in, last_transition_time);
      } else if (key == "reason") {
        said.reason = in.String();
      } else if (key == "message") {
        said.message = in.String();
      } else if (key == "observedGeneration") {
        said.generation = in.Int64();
      }
    });
    *condition = PodCondition(status, last_transition_time);
    if (is_gate) out.gate = status;
    if (status == ConditionStatus::kTrue) Note(said, resize);
  });
  out.resize = symbols.Intern(TextOf(resize));
}

void ReadStatus(JsonReader& in, Decoder& decoder, Pod& out, PodParts& parts) {
  SymbolTable& symbols = decoder.symbols();
  out.observed_generation = 0;
  out.phase = PodPhase::kUnknown;
  out.ready = out.containers_ready = out.scheduled = {};
  out.gate = ConditionStatus::kAbsent;
  out.resize = {};
  parts.init_status.clear();
  parts.app_status.clear();
  in.Object([&](std::string_view key) {
    if (key == "observedGeneration")
      out.observed_generation = in.Int64();
    else if (key == "phase")
      out.phase = PhaseOf(in.String());
    else if (key == "conditions")
      ReadPodConditions(in, symbols, decoder.interests(), out);
    else if (key == "containerStatuses")
      ReadContainerStatuses(in, symbols, parts.app_status);
    else if (key == "initContainerStatuses")
      ReadContainerStatuses(in, symbols, parts.init_status);
  });
}

// Returns the text of the resources in the spec and in the status together.
Symbol Joined(SymbolTable& symbols, const Symbol& spec, const Symbol& status) {
  if (status.empty()) return spec;
  ContainerResources resources = ParseContainerResources(status.text());
  resources.wanted = ParseContainerResources(spec.text()).wanted;
  return symbols.Intern(TextOf(resources));
}

// Appends the containers of `spec` to `out`, each with the status of the same name. If several
// statuses have that name, the last of them counts.
void Join(SymbolTable& symbols, Containers& spec, Containers& statuses, Containers& out) {
  const auto by_name = [](const PodContainer& a, const PodContainer& b) { return a.name < b.name; };
  // For app containers this usually moves nothing, because a kubelet sends their statuses sorted by
  // name.
  std::ranges::stable_sort(statuses, by_name);
  for (PodContainer& container : spec) {
    const auto after = std::ranges::upper_bound(statuses, container, by_name);
    if (after != statuses.begin() && std::prev(after)->name == container.name) {
      PodContainer joined = *std::prev(after);
      joined.image = container.image;
      joined.kind = container.kind;
      joined.own_restart_policy = container.own_restart_policy;
      joined.restarts_for_cpu = container.restarts_for_cpu;
      joined.restarts_for_memory = container.restarts_for_memory;
      joined.resources = Joined(symbols, container.resources, joined.resources);
      container = std::move(joined);
    }
    out.push_back(std::move(container));
  }
}

auto FirstApp(const std::vector<PodContainer>& containers) {
  return std::ranges::find(containers, ContainerKind::kApp, &PodContainer::kind);
}

}  // namespace

Result<PodMetadata> DecodePodMetadata(Decoder& decoder, std::string_view object_json) {
  JsonReader& in = decoder.reader();
  PodMetadata out;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key == "metadata") ReadObjectMeta(in, decoder.symbols(), Annotations::kSkip, out.meta);
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, Finish(in, out.meta));
  return out;
}

Result<Pod> DecodePod(Decoder& decoder, std::string_view object_json) {
  JsonReader& in = decoder.reader();
  const auto keeps = [&](std::string_view annotation) {
    return decoder.interests().KeepsPodAnnotation(annotation);
  };
  Pod out;
  PodParts parts;
  const auto metadata = [&] {
    out.has_annotations =
        ReadObjectMeta(in, decoder.symbols(), Annotations::kSome, out.meta, keeps);
  };
  const auto spec = [&] { ReadSpec(in, decoder, out, parts); };
  const auto status = [&] { ReadStatus(in, decoder, out, parts); };
  WINDLASS_TRY([[maybe_unused]] const Unit whole,
               ReadObject(in, object_json, out.meta, metadata, spec, status));
  out.containers.reserve(parts.init.size() + parts.app.size());
  Join(decoder.symbols(), parts.init, parts.init_status, out.containers);
  Join(decoder.symbols(), parts.app, parts.app_status, out.containers);
  return out;
}

std::span<const PodContainer> Pod::init_containers() const {
  return {containers.begin(), FirstApp(containers)};
}

std::span<const PodContainer> Pod::app_containers() const {
  return {FirstApp(containers), containers.end()};
}

const PodContainer* Pod::Find(std::string_view container) const {
  const auto at = std::ranges::find_if(
      containers, [&](const PodContainer& one) { return one.name == container; });
  return at == containers.end() ? nullptr : &*at;
}

size_t BytesOf(const Pod& pod) {
  size_t bytes = sizeof(pod) + BytesOf(pod.meta) + pod.containers.capacity() * sizeof(PodContainer);
  // The values of a Pod's annotations are not interned, so they count here.
  for (const auto& [key, value] : pod.meta.annotations) bytes += value.text().size();
  return bytes;
}

}  // namespace windlass
