#include "controller/in_place/pod/lost_state.h"

#include <algorithm>
#include <string>

#include "controller/in_place/template/metadata.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::in_place {

std::optional<PodState> LostState(const Pod& pod, const std::optional<Result<PodState>>& said,
                                  const Uid& deployment, const TemplateImages& images,
                                  std::span<const int64_t> revisions, WallTime now) {
  const auto label = pod.meta.labels.Find(kRevisionLabel);
  if ((said && said->ok()) || !label) return std::nullopt;
  const std::optional<int64_t> revision = ParseWhole<int64_t>(*label);
  if (!revision || std::ranges::find(revisions, *revision) == revisions.end()) return std::nullopt;
  PodState state{.pod = pod.meta.uid,
                 .deployment = deployment,
                 .revision = *revision,
                 .target = images.fingerprint,
                 .from = images.fingerprint,
                 .generation_before = std::max<int64_t>(pod.meta.generation - 1, 0),
                 .at = now,
                 .containers = {}};
  for (const ContainerImage& named : images.containers) {
    const PodContainer* live = pod.Find(named.name);
    if (live == nullptr || live->kind == ContainerKind::kInit) continue;
    const std::string image(live->image.text());
    ContainerPatch& patch =
        state.containers.emplace_back(ContainerPatch{.name = named.name,
                                                     .from = image,
                                                     .to = image,
                                                     .id = live->id.ToString(),
                                                     .image_id = std::string(live->image_id.text()),
                                                     .restart_count = live->restart_count});
    patch.seen.push_back({patch.id, ""});
  }
  // A Pod with hundreds of containers has no room for it.
  if (!WritePodState(state).ok()) return std::nullopt;
  return state;
}

}  // namespace windlass::in_place
