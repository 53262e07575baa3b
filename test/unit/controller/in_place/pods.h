// Pods as tests need them: one running container "app", patched or not.
#pragma once

#include <string>

#include "controller/in_place/pod_state.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place::test {

inline constexpr WallTime kAt{1000};  // when the patch was made
inline const Uid kDeployment = *Uid::Parse("8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10");
inline constexpr Fingerprint kT1{1, 1};
inline constexpr Fingerprint kT2{2, 2};
inline constexpr Fingerprint kT3{3, 3};

// Returns the container id for "A", "B", …, whose digits are all that letter. Each id has its own
// symbol table, so that nothing is shared.
inline std::string IdText(char letter) {
  const std::string digit(1, static_cast<char>('a' + (letter - 'A')));
  std::string text = "containerd://";
  for (int i = 0; i < 64; ++i) text += digit;
  return text;
}
inline ContainerId Id(const std::string& text) {
  static SymbolTable symbols;
  return ContainerId::Parse(text, symbols);
}

inline PodContainer Running(const std::string& name, const std::string& image, char id,
                            const std::string& image_id, WallTime started_at) {
  PodContainer container;
  container.name = name;
  container.image = image;
  container.image_id = image_id;
  container.id = Id(IdText(id));
  container.state = ContainerState::kRunning;
  container.started = ConditionStatus::kTrue;
  container.started_at = started_at;
  container.ready = true;
  return container;
}

// Returns a Pod that was patched from generation 3 to 4. The kubelet has seen the patch, and the
// Pod has been available for long.
inline Pod PodWith(std::vector<PodContainer> containers) {
  Pod pod;
  pod.meta.name = "web-1";
  pod.meta.generation = 4;
  pod.node_name = "node-1";
  pod.observed_generation = 4;
  pod.phase = PodPhase::kRunning;
  pod.ready = {ConditionStatus::kTrue, {500}};
  pod.containers_ready = pod.ready;
  pod.scheduled = {ConditionStatus::kTrue, {400}};
  pod.containers = std::move(containers);
  return pod;
}

// Returns the patch of container "app" from r/app:1 to r/app:2. The container was A and ran image
// I1.
inline ContainerPatch AppPatch() {
  return {.name = "app", .from = "r/app:1", .to = "r/app:2", .id = IdText('A'), .image_id = "I1"};
}
inline PodState StateWith(std::vector<ContainerPatch> containers) {
  return {.deployment = kDeployment,
          .revision = 6,
          .target = kT2,
          .from = kT1,
          .generation_before = 3,
          .at = kAt,
          .containers = std::move(containers)};
}

}  // namespace windlass::in_place::test
