#include "controller/in_place/pod/lost_state.h"

#include <algorithm>
#include <string>

#include "controller/in_place/template/metadata.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::in_place {
namespace {

// Returns the revision to which the Pod was patched last, as its revision label says. Returns
// nullopt if the label is missing, or if `revisions` lacks that revision.
std::optional<int64_t> PatchedTo(const Pod& pod, std::span<const int64_t> revisions) {
  const auto label = pod.meta.labels.Find(kRevisionLabel);
  const auto revision = label ? ParseWhole<int64_t>(*label) : std::nullopt;
  if (!revision || std::ranges::find(revisions, *revision) == revisions.end()) return std::nullopt;
  return revision;
}

}  // namespace

std::optional<PodState> LostState(const Pod& pod, const std::optional<Result<PodState>>& said,
                                  const Uid& deployment, const TemplateImages& images,
                                  std::span<const int64_t> revisions, WallTime now) {
  const std::optional<int64_t> revision = PatchedTo(pod, revisions);
  if ((said && said->ok()) || !revision) return std::nullopt;
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
  // The state of a Pod with hundreds of containers is too long for its annotation.
  if (!WritePodState(state).ok()) return std::nullopt;
  return state;
}

bool IsOutdated(const Pod& pod, const PodState& state, std::span<const int64_t> revisions) {
  const std::optional<int64_t> last = PatchedTo(pod, revisions);
  return last && *last != state.revision;
}

}  // namespace windlass::in_place
