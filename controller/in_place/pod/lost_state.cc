#include "controller/in_place/pod/lost_state.h"

#include <algorithm>
#include <string>

#include "controller/in_place/template/metadata.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::in_place {

std::optional<PodState> LostState(const Pod& pod, const std::optional<Result<PodState>>& said,
                                  const Uid& deployment, const Fingerprint& of, WallTime now) {
  const auto label = pod.meta.labels.Find(kRevisionLabel);
  if ((said && said->ok()) || !label || pod.meta.generation == 1) return std::nullopt;
  PodState state{.pod = pod.meta.uid,
                 .deployment = deployment,
                 .revision = std::max<int64_t>(ParseWhole<int64_t>(*label).value_or(0), 0),
                 .target = of,
                 .from = of,
                 .generation_before = std::max<int64_t>(pod.meta.generation - 1, 0),
                 .at = now,
                 .containers = {}};
  for (const PodContainer& container : pod.containers) {
    if (container.kind == ContainerKind::kInit) continue;
    const std::string image(container.image.text());
    ContainerPatch& patch = state.containers.emplace_back(
        ContainerPatch{.name = std::string(container.name.text()),
                       .from = image,
                       .to = image,
                       .id = container.id.ToString(),
                       .image_id = std::string(container.image_id.text()),
                       .restart_count = container.restart_count});
    patch.seen.push_back({patch.id, ""});
  }
  // A Pod with hundreds of containers has no room for it.
  if (!WritePodState(state).ok()) return std::nullopt;
  return state;
}

}  // namespace windlass::in_place
