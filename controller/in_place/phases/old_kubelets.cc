#include "controller/in_place/phases/old_kubelets.h"

#include <algorithm>
#include <string>
#include <utility>

#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/template/template_images.h"

namespace windlass::in_place {
namespace {

// Returns one change for each sidecar of the Pod, for RefuseKubelet, which reads only the kinds of
// the containers. So the new image of each change may be empty.
TemplateChanges SidecarsOf(const Pod& pod) {
  TemplateChanges changes;
  for (const PodContainer& container : pod.init_containers()) {
    if (container.kind != ContainerKind::kSidecar) continue;
    changes.images.push_back({.container = std::string(container.name.text()),
                              .kind = container.kind,
                              .from = std::string(container.image.text()),
                              .to = {}});
  }
  return changes;
}

const std::string* FindImage(const Result<TemplateImages>& images, const std::string& container) {
  if (!images.ok()) return nullptr;
  const auto found = std::ranges::find(images->containers, container, &ContainerImage::name);
  return found == images->containers.end() ? nullptr : &found->image;
}

// Returns true if one of `sidecars` will get another image than it has in template `of`, the Pod's
// template. The new images are those of the stashed template or, without a stash, of the wanted
// template. If no ReplicaSet has template `of` any more, the image in the Pod counts as the old
// image.
bool AnyChanges(const workload::Situation& situation, const InPlace& in_place,
                const TemplateChanges& sidecars, const Fingerprint& of) {
  const auto before = std::ranges::find_if(situation.all, [&](const ReplicaSet* rs) {
    return rs->template_fingerprint == of && rs->template_json != nullptr;
  });
  const auto from =
      ReadTemplateImages({}, before == situation.all.end() ? "{}" : *(*before)->template_json);
  const std::string* wanted_json = situation.wanted.json;  // null: not in memory
  const auto to = ReadTemplateImages({}, in_place.stash()         ? in_place.stash()->template_json
                                         : wanted_json != nullptr ? *wanted_json
                                                                  : "{}");
  return std::ranges::any_of(sidecars.images, [&](const ImageChange& sidecar) {
    const std::string* wanted = FindImage(to, sidecar.container);
    const std::string* present = FindImage(from, sidecar.container);
    return wanted != nullptr && *wanted != (present != nullptr ? *present : sidecar.from);
  });
}

}  // namespace

void LeaveOutOldKubelets(const workload::Situation& situation, InPlace& in_place) {
  PodsInPlace& pods = *in_place.pods;
  int32_t may_stay = pods.limits.returning ? 0 : pods.limits.partition;
  for (RolloutPod& one : pods.all) {
    if (one.standing.updated || one.standing.stand_in) continue;
    const Pod& pod = *one.pod;
    const TemplateChanges sidecars = SidecarsOf(pod);
    const auto why = RefuseKubelet(pod, sidecars, situation.view.nodes);
    if (!why || !AnyChanges(situation, in_place, sidecars, one.of)) continue;
    one.verdict.old_kubelet = true;
    if (--may_stay >= 0 || pods.failing) continue;
    Cause cause = CauseOf(*why);
    cause.text = "pod " + pod.meta.name + ": " + cause.text;
    pods.failing = {.first = std::move(cause)};
  }
}

}  // namespace windlass::in_place
