#include "controller/in_place/traffic/patch_for.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "controller/in_place/pod/pod_patch.h"
#include "controller/in_place/template/template_images.h"
#include "controller/in_place/traffic/drain_steps.h"
#include "kubeclient/api/json_value.h"

namespace windlass::in_place {
namespace {

std::vector<ContainerImage> ImagesOf(std::span<const PodContainer> containers) {
  std::vector<ContainerImage> images;
  for (const PodContainer& container : containers) {
    images.push_back({std::string(container.name.text()), std::string(container.image.text())});
  }
  return images;
}

std::vector<std::string> TolerationsOf(const std::string& whole_pod) {
  using Json = nlohmann::json;
  const Json pod = Json::parse(whole_pod, nullptr, /*allow_exceptions=*/false);
  const Json::json_pointer place("/spec/tolerations");
  std::vector<std::string> tolerations;
  if (!pod.is_object() || !pod.contains(place) || !pod[place].is_array()) return tolerations;
  for (const Json& one : pod[place]) {
    tolerations.push_back(DumpJson(one));
  }
  return tolerations;
}

// `attempt` comes from an annotation, in which any client may have written the largest int32_t.
// Adding 1 to that number would overflow.
int32_t NextAttempt(int32_t attempt) {
  return attempt == std::numeric_limits<int32_t>::max() ? attempt : attempt + 1;
}

SeenPod Seen(const Pod& pod) {
  return {.key = KeyOf(pod.meta),
          .uid = pod.meta.uid,
          .has_node = !pod.node_name.empty(),
          .has_labels = !pod.meta.labels.empty(),
          .has_annotations = pod.has_annotations,
          .state = StateTextOf(pod),
          .generation = pod.meta.generation,
          .containers = ImagesOf(pod.app_containers()),
          .init_containers = ImagesOf(pod.init_containers())};
}

}  // namespace

std::string Describe(const TemplateChanges& changes) {
  std::string text;
  const auto add = [&](const std::string& what) { text += (text.empty() ? "" : ", ") + what; };
  for (const ImageChange& image : changes.images) {
    add(image.container + ": " + image.from + " to " + image.to);
  }
  for (const ResourceChange& change : changes.resources) {
    for (size_t i = 0; i < kResourceFields.size(); ++i) {
      const std::string& to = change.to.values[i];
      if (to.empty()) continue;
      const auto& [list, resource] = kResourceFields[i];
      const std::string& from = change.from.values[i];
      add(change.container + ": " + std::string(list) + "." + std::string(resource) + " " +
          (from.empty() ? "none" : from) + " to " + to);
    }
  }
  return text.empty() ? "metadata" : text;
}

Result<std::variant<PodPatch, Request>> PatchFor(const Pod& pod, const PodState* state,
                                                 const KnownTemplate& from, const PodTarget& target,
                                                 const std::string* whole_pod,
                                                 const PodSight& sight) {
  WINDLASS_TRY(TemplateChanges needed, ChangesFor(pod, state, from, target.to));
  const std::optional<Drained> drain = DrainedAfter(needed, state);
  const TemplateChanges changes = KeepDrained(std::move(needed), state);

  SeenPod seen = Seen(pod);
  if (!sight.available) seen.version = pod.meta.resource_version;
  if (!changes.tolerations.empty()) {
    if (whole_pod == nullptr) {
      return std::variant<PodPatch, Request>(Request::Get(resources::kPods, KeyOf(pod.meta)));
    }
    seen.tolerations = TolerationsOf(*whole_pod);
  }
  WINDLASS_TRY(std::vector<ContainerPatch> patches,
               PatchesOf(pod, state, from, changes, sight.now));
  WINDLASS_TRY(std::vector<ContainerResize> resizes, ResizesFor(pod, state, changes, target.to));
  const bool raises = !changes.images.empty() || !changes.tolerations.empty();
  const bool again = state != nullptr && state->target == target.to.fingerprint;
  PodState next{.pod = pod.meta.uid,
                .deployment = target.deployment,
                .revision = target.revision,
                .target = target.to.fingerprint,
                .from = from.fingerprint,
                .generation_before = pod.meta.generation,
                .at = sight.now,
                .attempt = again ? NextAttempt(state->attempt) : 1,
                .containers = std::move(patches),
                .drain = drain,
                .resizes = std::move(resizes),
                .unheard = !sight.heard};
  if (!next.resizes.empty()) next.generation_to_resize = pod.meta.generation + (raises ? 1 : 0);
  WINDLASS_TRY(const std::string text, WritePodState(next));
  WINDLASS_TRY(Request request, PatchPod(seen, changes, text, target.revision));
  return std::variant<PodPatch, Request>(PodPatch{std::move(request), Describe(changes)});
}

Result<Request> RestoreState(const Pod& pod, const PodState& state) {
  WINDLASS_TRY(const std::string text, WritePodState(state));
  return PatchPod(Seen(pod), {}, text, state.revision);
}

}  // namespace windlass::in_place
