#include "controller/in_place/pod_changes.h"

#include <algorithm>
#include <string>

namespace windlass::in_place {

TemplateChanges ChangesFor(const Pod& pod, const TemplateImages& target,
                           const TemplateChanges& of_template) {
  TemplateChanges changes = of_template;
  changes.images.clear();
  for (const ContainerImage& wanted : target.containers) {
    const PodContainer* container = pod.Find(wanted.name);
    if (container == nullptr || container->image == wanted.image) continue;
    changes.images.push_back({.container = wanted.name,
                              .kind = container->kind,
                              .from = std::string(container->image.text()),
                              .to = wanted.image});
  }
  // A template's images have the init containers first, changes have them last.
  std::ranges::stable_partition(
      changes.images, [](const ImageChange& change) { return change.kind == ContainerKind::kApp; });
  return changes;
}

}  // namespace windlass::in_place
