#include "controller/in_place/pod/revision_of_pod.h"

#include <algorithm>

namespace windlass::in_place {
namespace {

bool IsKnown(const Fingerprint& target, const KnownTemplates& templates) {
  return target == templates.host.fingerprint || target == templates.desired.fingerprint ||
         std::ranges::find(templates.others, target) != templates.others.end();
}

// Returns true if the Pod's generation shows that only our patch and admission changed the spec.
// Returns false if the generation is lower than the one in the state: generations never decrease,
// so the state belongs to another Pod.
bool IsOurDoing(const Pod& pod, const PodState& state) {
  const int64_t moved = pod.meta.generation - state.generation_before;
  const int64_t most = state.resizes.empty() ? 1 : 2;  // the patch, and the resize after it
  return moved >= 0 && moved <= most;
}

}  // namespace

bool AsksForWhatWePatched(const Pod& pod, const PodState& state) {
  return std::ranges::all_of(state.containers, [&](const ContainerPatch& patch) {
    const PodContainer* container = pod.Find(patch.name);
    return container != nullptr && container->image == patch.to;
  });
}

bool IsPutBack(const Pod& pod, const PodState& state, const ContainerPatch& patch) {
  const PodContainer* container = pod.Find(patch.name);
  return container != nullptr && patch.of_template && patch.from != patch.to &&
         container->image == patch.from && IsOurDoing(pod, state);
}

RevisionBasis BasisOfPatch(const Pod& pod, const PodState& state) {
  if (AsksForWhatWePatched(pod, state)) return RevisionBasis::kPatched;
  const bool put_back = std::ranges::any_of(
      state.containers, [&](const auto& patch) { return IsPutBack(pod, state, patch); });
  if (put_back) return RevisionBasis::kPutBack;
  return IsOurDoing(pod, state) ? RevisionBasis::kRewritten : RevisionBasis::kForeign;
}

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
  const RevisionBasis basis = BasisOfPatch(pod, patch);
  return basis == RevisionBasis::kForeign ? foreign : RevisionOfPod{patch.target, basis};
}

}  // namespace windlass::in_place
