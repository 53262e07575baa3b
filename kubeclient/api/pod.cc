#include "kubeclient/api/pod.h"

#include <algorithm>

namespace windlass {
namespace {

auto FirstApp(const std::vector<PodContainer>& containers) {
  return std::ranges::find(containers, ContainerKind::kApp, &PodContainer::kind);
}

}  // namespace

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

bool IsKeptOfPods(std::string_view annotation) {
  return annotation.starts_with("windlass.dev/") ||
         annotation == "controller.kubernetes.io/pod-deletion-cost";
}

}  // namespace windlass
