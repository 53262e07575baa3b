#include "controller/in_place/revision_of_pod.h"

#include <algorithm>

namespace windlass::in_place {
namespace {

bool IsKnown(const Fingerprint& target, const KnownTemplates& templates) {
  return target == templates.host.fingerprint || target == templates.desired.fingerprint ||
         std::ranges::find(templates.others, target) != templates.others.end();
}

bool AsksForWhatWePatched(const Pod& pod, const PodState& state) {
  return std::ranges::all_of(state.containers, [&](const ContainerPatch& patch) {
    const PodContainer* container = pod.Find(patch.name);
    return container != nullptr && container->image == patch.to;
  });
}

}  // namespace

RevisionOfPod SpecRevision(const Pod& pod, const std::optional<Result<PodState>>& state,
                           const Uid& deployment, const KnownTemplates& templates) {
  const RevisionOfPod foreign{templates.host.fingerprint, RevisionBasis::kForeign};
  if (!state) {
    for (const TemplateImages* images : {&templates.host, &templates.desired}) {
      if (HasImagesOf(pod, *images)) return {images->fingerprint, RevisionBasis::kNative};
    }
    return foreign;
  }
  if (!state->ok()) return foreign;
  const PodState& patch = **state;
  if (patch.deployment != deployment || !IsKnown(patch.target, templates)) return foreign;
  if (AsksForWhatWePatched(pod, patch)) return {patch.target, RevisionBasis::kPatched};
  // One generation later is our own patch, with whatever admission made of it; more than one is
  // somebody else's, too.
  if (pod.meta.generation == patch.generation_before + 1) {
    return {patch.target, RevisionBasis::kRewritten};
  }
  return foreign;
}

}  // namespace windlass::in_place
