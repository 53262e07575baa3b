#include "controller/in_place/pod/nodes.h"

#include <algorithm>

namespace windlass::in_place {
namespace {

constexpr seconds kSchedulerAnswers{60};
constexpr KubeletVersion kRestartsSidecars{.major = 1, .minor = 32};
constexpr KubeletVersion kResizes{.major = 1, .minor = 33};
constexpr KubeletVersion kResizesInit{.major = 1, .minor = 36};

const Node* Find(const Nodes& nodes, std::string_view name) {
  const auto found = nodes.find(name);
  return found == nodes.end() ? nullptr : found->second;
}

// Returns why the Pod cannot be resized; nullopt if no CPU or memory changes, or nothing is known
// against it. API servers count generations of Pods from 1.33 on, and resize from then on.
std::optional<NotEligible> RefuseResizeBy(const Pod& pod, const TemplateChanges& changes,
                                          const Nodes& nodes) {
  if (changes.resources.empty()) return std::nullopt;
  if (pod.meta.generation == 0) return NotEligible{Reason::kResizeServerTooOld, ""};
  const bool init = std::ranges::any_of(changes.resources, [](const ResourceChange& change) {
    return change.kind == ContainerKind::kInit;
  });
  const Node* node = Find(nodes, pod.node_name);
  if (node == nullptr || node->kubelet_version >= (init ? kResizesInit : kResizes)) {
    return std::nullopt;
  }
  return NotEligible{Reason::kResizeKubeletTooOld, std::string(pod.node_name.text())};
}

}  // namespace

bool IsOnLostNode(const Pod& pod, const Nodes& nodes) {
  if (pod.node_name.empty() || pod.ready.IsTrue()) return false;
  const Node* node = Find(nodes, pod.node_name);
  return node == nullptr || !node->ready;
}

std::optional<WallTime> KubeletHeardSince(const Pod& pod, const Node* node) {
  if (pod.node_name.empty()) return WallTime{};
  return node != nullptr && node->heard ? std::optional(node->ready_since) : std::nullopt;
}

std::optional<WallTime> KubeletHeardSince(const Pod& pod, const Nodes& nodes) {
  return KubeletHeardSince(pod, Find(nodes, pod.node_name));
}

void NoteHeard(const Pod& pod, const Node* node, PodState& state) {
  state.heard_since = KubeletHeardSince(pod, node);
  const bool known = state.heard_since && node != nullptr && node->here_since > WallTime{};
  state.heard_here = known ? std::optional(node->here_since) : std::nullopt;
}

std::optional<Result<PodState>> PodStateOf(const Pod& pod, const Nodes& nodes) {
  auto state = PodStateOf(pod);
  if (state && state->ok()) NoteHeard(pod, Find(nodes, pod.node_name), **state);
  return state;
}

std::string_view ZoneOf(const Pod& pod, const Nodes& nodes) {
  const Node* node = Find(nodes, pod.node_name);
  return node == nullptr ? std::string_view() : node->zone.text();
}

bool FitsOnNoNode(const Pod& pod) {
  return pod.node_name.empty() && pod.scheduled.status() == ConditionStatus::kFalse;
}

std::optional<WallTime> UnschedulableFrom(const Pod& pod) {
  if (!pod.node_name.empty()) return std::nullopt;
  if (FitsOnNoNode(pod)) return WallTime{};
  return pod.meta.creation_timestamp + kSchedulerAnswers;
}

WallTime GetsPlaceUntil(const Pod& pod) {
  return pod.meta.creation_timestamp + seconds(pod.termination_grace_period_seconds) +
         kSchedulerAnswers;
}

std::optional<NotEligible> RefuseKubelet(const Pod& pod, const TemplateChanges& changes,
                                         const Nodes& nodes) {
  const bool sidecar = std::ranges::any_of(changes.images, [](const ImageChange& change) {
    return change.kind == ContainerKind::kSidecar;
  });
  const Node* node = sidecar ? Find(nodes, pod.node_name) : nullptr;
  if (node == nullptr || node->kubelet_version >= kRestartsSidecars) {
    return RefuseResizeBy(pod, changes, nodes);
  }
  return NotEligible{Reason::kSidecarKubeletTooOld, std::string(pod.node_name.text())};
}

}  // namespace windlass::in_place
