#include "controller/in_place/pod/pod_changes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>

#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/revision_of_pod.h"
#include "controller/in_place/template/metadata.h"
#include "controller/in_place/template/template_images.h"
#include "controller/in_place/template/tolerations.h"

namespace windlass::in_place {
namespace {

Result<Json> ReadTemplate(std::string_view text) {
  if (text.empty()) return Json::object();
  WINDLASS_TRY(const std::string canonical, CanonicalTemplate(text));
  Json json = Json::parse(canonical, nullptr, /*allow_exceptions=*/false);
  if (json.is_object()) return json;
  return Error{ErrorKind::kMalformed, "a number in the template is too large"};
}

Result<TemplateImages> ImagesOf(const KnownTemplate& known) {
  if (known.json.empty()) return TemplateImages{.fingerprint = known.fingerprint, .containers = {}};
  return ReadTemplateImages(known.fingerprint, known.json);
}

TextChanges CompareMapsAt(const char* pointer, const Json& from, const Json& to) {
  return CompareMaps(At(from, pointer), At(to, pointer));
}

// Returns the changes of labels, annotations and tolerations.
Result<TemplateChanges> MetadataBetween(const KnownTemplate& from, const KnownTemplate& to) {
  TemplateChanges changes;
  if (from.fingerprint == to.fingerprint) return changes;
  WINDLASS_TRY(const Json before, ReadTemplate(from.json));
  WINDLASS_TRY(const Json after, ReadTemplate(to.json));
  changes.labels = CompareMapsAt("/metadata/labels", before, after);
  changes.annotations = CompareMapsAt("/metadata/annotations", before, after);
  DropFrozenKeys(changes.labels, changes.annotations);
  const char* tolerations = "/spec/tolerations";
  changes.tolerations = CompareTolerations(At(before, tolerations), At(after, tolerations)).changes;
  return changes;
}

// Returns true if the generation shows that another client may have edited the Pod since it was
// created, or since our last patch. Overlooks a single edit if our patch did not raise the
// generation. Example: a patch that changes only labels.
bool MayBeEdited(const Pod& pod, const PodState* state) {
  // The state that the first drain of a Pod writes does not describe a patch. In that state no
  // container is listed, and `target` is equal to `from`.
  const bool patched =
      state != nullptr && !(state->containers.empty() && state->target == state->from);
  // Subtracts 1 on the left instead of adding 1 on the right, because the number on the right may
  // come from an annotation and be the largest int64_t.
  return pod.meta.generation - 1 > (patched ? state->generation_before : 0);
}

// A Pod may have ten thousand containers, so images are looked up in a map, not searched for in a
// list.
using ImageByName = std::unordered_map<std::string_view, std::string_view>;

ImageByName ByName(const TemplateImages& images) {
  ImageByName by_name;
  for (const ContainerImage& one : images.containers) by_name.emplace(one.name, one.image);
  return by_name;
}

bool Has(const ImageByName& images, const ContainerImage& one) {
  const auto found = images.find(one.name);
  return found != images.end() && found->second == one.image;
}

bool WasPutBack(const Pod& pod, const PodState* state, const std::string& container) {
  if (state == nullptr) return false;
  return std::ranges::any_of(state->containers, [&](const ContainerPatch& patch) {
    return patch.name == container && IsPutBack(pod, *state, patch);
  });
}

}  // namespace

Result<TemplateChanges> ChangesFor(const Pod& pod, const PodState* state, const KnownTemplate& from,
                                   const KnownTemplate& to) {
  WINDLASS_TRY(TemplateChanges changes, MetadataBetween(from, to));
  WINDLASS_TRY(const TemplateImages before, ImagesOf(from));
  WINDLASS_TRY(const TemplateImages after, ImagesOf(to));
  const ImageByName image_before = ByName(before);
  const bool edited = MayBeEdited(pod, state);
  std::unordered_map<std::string_view, const PodContainer*> live;
  for (const PodContainer& container : pod.containers) live.emplace(container.name, &container);
  for (const ContainerImage& wanted : after.containers) {
    const auto found = live.find(wanted.name);
    if (found == live.end() || found->second->image == wanted.image) continue;
    const PodContainer* container = found->second;
    const bool same = Has(image_before, wanted);
    if (same && !edited && !WasPutBack(pod, state, wanted.name)) continue;
    changes.images.push_back({.container = wanted.name,
                              .kind = container->kind,
                              .from = std::string(container->image.text()),
                              .to = wanted.image});
  }
  // TemplateImages lists the init containers first, but TemplateChanges lists them last.
  std::ranges::stable_partition(
      changes.images, [](const ImageChange& change) { return change.kind == ContainerKind::kApp; });
  return changes;
}

Result<std::vector<ContainerPatch>> PatchesOf(const Pod& pod, const PodState* state,
                                              const KnownTemplate& from,
                                              const TemplateChanges& changes, WallTime now) {
  WINDLASS_TRY(const TemplateImages before, ImagesOf(from));
  std::vector<ContainerImage> wanted;
  wanted.reserve(changes.images.size());
  for (const ImageChange& change : changes.images) wanted.push_back({change.container, change.to});
  std::vector<ContainerPatch> patches = PatchedContainers(pod, state, wanted, now);
  const ImageByName image_before = ByName(before);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const ContainerImage seen{patches[i].name, patches[i].from};
    patches[i].of_template = Has(image_before, seen) || WasPutBack(pod, state, patches[i].name);
  }
  return patches;
}

}  // namespace windlass::in_place
