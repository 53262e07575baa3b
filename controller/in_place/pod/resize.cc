#include "controller/in_place/pod/resize.h"

#include <algorithm>
#include <utility>

#include "controller/in_place/template/json_diff.h"
#include "controller/in_place/template/json_operations.h"
#include "controller/in_place/template/words.h"

namespace windlass::in_place {
namespace {

ContainerResources ResourcesOf(const PodContainer& container) {
  return ParseContainerResources(container.resources.text());
}

// Returns true if `has` has each quantity that `to` sets. `about` compares as a kernel keeps them.
bool Has(const CpuAndMemory& has, const CpuAndMemory& to, bool about, bool requests_only = false) {
  for (size_t i = 0; i < kResourceFields.size(); ++i) {
    if (to.values[i].empty()) continue;
    if (requests_only && kResourceFields[i].list != "requests") continue;
    const bool same = about ? IsAboutQuantity(kResourceFields[i], has.values[i], to.values[i])
                            : IsSameQuantity(has.values[i], to.values[i]);
    if (!same) return false;
  }
  return true;
}

// Returns true if the spec of the Pod has what `state` asks for.
bool SpecHasResizes(const Pod& pod, const PodState& state) {
  return std::ranges::all_of(state.resizes, [&](const ContainerResize& resize) {
    const PodContainer* live = pod.Find(resize.name);
    return live == nullptr || Has(ResourcesOf(*live).wanted, resize.to, /*about=*/false);
  });
}

// Returns true if the kubelet says of the container that it has what `resize` asks for. A container
// that does not run gets it when it starts.
bool IsCarriedOut(const PodContainer& live, const ContainerResize& resize) {
  if (live.kind == ContainerKind::kInit) return true;
  const ContainerResources resources = ResourcesOf(live);
  if (!resources.reported) return live.state != ContainerState::kRunning;
  if (!Has(resources.allocated, resize.to, /*about=*/false, /*requests_only=*/true)) return false;
  return live.state != ContainerState::kRunning || Has(resources.actual, resize.to, /*about=*/true);
}

struct Place {
  const PodContainer* container = nullptr;
  std::string path;  // "/spec/containers/0"
};

std::optional<Place> FindPlace(const Pod& pod, const std::string& name) {
  const auto in = [&](std::span<const PodContainer> containers,
                      const char* list) -> std::optional<Place> {
    for (size_t i = 0; i < containers.size(); ++i) {
      if (containers[i].name == name) return Place{&containers[i], list + PointerTo(i)};
    }
    return std::nullopt;
  };
  if (auto app = in(pod.app_containers(), "/spec/containers")) return app;
  return in(pod.init_containers(), "/spec/initContainers");
}

}  // namespace

ResizeStep ResizeStepOf(const Pod& pod, const PodState& state) {
  if (state.resizes.empty()) return ResizeStep::kDone;
  if (!SpecHasResizes(pod, state)) {
    // Our resize raises the generation. If it is higher, our resize was made, or another client's.
    const bool is_next = pod.meta.generation <= state.generation_to_resize;
    return is_next ? ResizeStep::kDue : ResizeStep::kDone;
  }
  if (pod.node_name.empty()) return ResizeStep::kDone;
  const bool seen = pod.observed_generation == 0 || pod.observed_generation >= pod.meta.generation;
  if (!seen) return ResizeStep::kUnderWay;
  const PodResize said = ParsePodResize(pod.resize.text());
  const bool of_before =
      said.pending_generation > 0 && said.pending_generation <= state.generation_to_resize;
  if (said.pending != PodResize::Pending::kNo && !of_before) {
    const bool never = said.pending == PodResize::Pending::kInfeasible;
    return never ? ResizeStep::kInfeasible : ResizeStep::kDeferred;
  }
  if (said.in_progress) return ResizeStep::kUnderWay;
  const bool done = std::ranges::all_of(state.resizes, [&](const ContainerResize& resize) {
    const PodContainer* live = pod.Find(resize.name);
    return live == nullptr || IsCarriedOut(*live, resize);
  });
  return done ? ResizeStep::kDone : ResizeStep::kUnderWay;
}

bool RestartsByResize(const Pod& pod, const PodState& state) {
  const bool restarts = std::ranges::any_of(state.resizes, &ContainerResize::restarts);
  if (!restarts) return false;
  const ResizeStep step = ResizeStepOf(pod, state);
  return step != ResizeStep::kDone && step != ResizeStep::kInfeasible;
}

std::optional<NotEligible> RefuseResize(const Pod& pod, const PodState& state, WallTime now) {
  const ResizeStep step = ResizeStepOf(pod, state);
  const bool infeasible = step == ResizeStep::kInfeasible;
  const bool too_long = step == ResizeStep::kDeferred && state.at + kDeferredMax <= now;
  if (!infeasible && !too_long) return std::nullopt;
  const std::string message = ParsePodResize(pod.resize.text()).message;
  const Reason reason = too_long ? Reason::kResizeDeferred : Reason::kResizeInfeasible;
  return NotEligible{reason, pod.meta.name + ": " + message};
}

std::optional<WallTime> ResizeLookAgain(const Pod& pod, const PodState& state, WallTime now) {
  if (ResizeStepOf(pod, state) != ResizeStep::kDeferred) return std::nullopt;
  const WallTime at = state.at + kDeferredMax;
  return at > now ? std::optional(at) : std::nullopt;
}

std::vector<ContainerResize> ResizesOf(const Pod& pod, const PodState* last,
                                       const std::vector<ResourceChange>& changes,
                                       const std::vector<ContainerResize>& kept) {
  std::vector<ContainerResize> resizes;
  for (const ResourceChange& change : changes) {
    const PodContainer* live = pod.Find(change.container);
    resizes.push_back({.name = change.container,
                       .to = change.to,
                       .restart_count = live != nullptr ? live->restart_count : 0,
                       .restarts = change.restarts});
  }
  const bool under_way = last != nullptr && ResizeStepOf(pod, *last) != ResizeStep::kDone;
  if (!under_way) return resizes;
  for (const ContainerResize& before : kept) {
    auto at = std::ranges::find(resizes, before.name, &ContainerResize::name);
    if (at == resizes.end()) {
      resizes.push_back(before);
      continue;
    }
    for (size_t i = 0; i < at->to.values.size(); ++i) {
      if (at->to.values[i].empty()) at->to.values[i] = before.to.values[i];
    }
    at->restarts = at->restarts || before.restarts;
  }
  return resizes;
}

Result<Request> ResizePod(const Pod& pod, const PodState& state) {
  Operations operations;
  operations.Test("/metadata/deletionTimestamp", nullptr);
  if (pod.node_name.empty()) operations.Test("/spec/nodeName", nullptr);
  if (pod.meta.generation > 0) operations.Test("/metadata/generation", pod.meta.generation);
  operations.TestState(pod.has_annotations, StateTextOf(pod));
  for (const ContainerResize& resize : state.resizes) {
    const std::optional<Place> place = FindPlace(pod, resize.name);
    if (!place) {
      return Error{ErrorKind::kInvalid, "pod " + KeyOf(pod.meta).ToString() + " has no container " +
                                            Quoted(resize.name)};
    }
    operations.Test(place->path + "/name", resize.name);
    const CpuAndMemory present = ResourcesOf(*place->container).wanted;
    for (size_t i = 0; i < kResourceFields.size(); ++i) {
      const std::string& to = resize.to.values[i];
      if (to.empty() || IsSameQuantity(present.values[i], to)) continue;
      const std::string path = place->path + "/resources" + PointerTo(kResourceFields[i].list) +
                               PointerTo(kResourceFields[i].resource);
      if (present.values[i].empty()) {
        operations.Put(path, to);
        continue;
      }
      operations.Test(path, present.values[i]);
      operations.Replace(path, to);
    }
  }
  return Request::GuardedJsonPatch(resources::kPods, KeyOf(pod.meta), pod.meta.uid,
                                   operations.Text(), "resize");
}

}  // namespace windlass::in_place
