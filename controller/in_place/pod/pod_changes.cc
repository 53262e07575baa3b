#include "controller/in_place/pod/pod_changes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>

#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/resize.h"
#include "controller/in_place/pod/revision_of_pod.h"
#include "controller/in_place/template/metadata.h"
#include "controller/in_place/template/resources.h"
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
  // Our resize raises the generation once more.
  const int64_t ours = !patched                 ? 0
                       : state->resizes.empty() ? state->generation_before
                                                : state->generation_to_resize;
  // Subtracts 1 on the left instead of adding 1 on the right, because the number on the right may
  // come from an annotation and be the largest int64_t.
  return pod.meta.generation - 1 > ours;
}

using Resources = std::vector<TemplateResources>;

Result<Resources> ResourcesOf(const KnownTemplate& known) {
  if (known.json.empty()) return Resources();
  return ReadTemplateResources(known.json);
}

CpuAndMemory WantedOf(const PodContainer& live) {
  return ParseContainerResources(live.resources.text()).wanted;
}

// Returns true if the Pod has other CPU or memory than its template, as after an autoscaler resized
// it. Quantities that the template does not set do not count: admission may have set them.
bool HasOtherResources(const Pod& pod, const Resources& of) {
  return std::ranges::any_of(of, [&](const TemplateResources& one) {
    const PodContainer* live = pod.Find(one.container);
    if (live == nullptr) return false;
    const CpuAndMemory wanted = WantedOf(*live);
    for (size_t i = 0; i < wanted.values.size(); ++i) {
      const std::string& set = one.amounts.values[i];
      if (!set.empty() && !IsSameQuantity(set, wanted.values[i])) return true;
    }
    return false;
  });
}

// Returns the quantities of `change` that the Pod lacks, with those that it has as `from`; nullopt
// if it lacks none.
std::optional<ResourceChange> LackedBy(const Pod& pod, ResourceChange change) {
  const PodContainer* live = pod.Find(change.container);
  if (live == nullptr) return std::nullopt;
  const CpuAndMemory wanted = WantedOf(*live);
  change.kind = live->kind;
  change.restarts = false;
  for (size_t i = 0; i < wanted.values.size(); ++i) {
    std::string& to = change.to.values[i];
    // A quantity that the template lacks stays, because the API server refuses to remove it.
    if (to.empty() || IsSameQuantity(to, wanted.values[i])) {
      to.clear();
      change.from.values[i].clear();
      continue;
    }
    change.from.values[i] = wanted.values[i];
    const bool cpu = kResourceFields[i].resource == "cpu";
    change.restarts = change.restarts || (cpu ? live->restarts_for_cpu : live->restarts_for_memory);
  }
  if (change.to.empty()) return std::nullopt;
  return change;
}

// If the text of the first template is not known, the Pod gets all quantities of the second.
std::vector<ResourceChange> LackedResources(const Pod& pod, const TemplatePair& pair) {
  Resources before = pair.resources_before;
  if (!pair.knows_before) {
    before = pair.resources_after;
    for (TemplateResources& one : before) one.amounts = {};
  }
  std::vector<ResourceChange> lacked;
  for (ResourceChange& change : CompareResources(before, pair.resources_after)) {
    if (auto one = LackedBy(pod, std::move(change))) lacked.push_back(*std::move(one));
  }
  return lacked;
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

std::vector<ImageChange> LackedImages(const Pod& pod, const PodState* state,
                                      const TemplatePair& pair) {
  std::vector<ImageChange> changes;
  const ImageByName image_before = ByName(pair.images_before);
  const bool edited = MayBeEdited(pod, state) && !HasOtherResources(pod, pair.resources_before);
  std::unordered_map<std::string_view, const PodContainer*> live;
  for (const PodContainer& container : pod.containers) live.emplace(container.name, &container);
  for (const ContainerImage& wanted : pair.images_after.containers) {
    const auto found = live.find(wanted.name);
    if (found == live.end() || found->second->image == wanted.image) continue;
    const PodContainer* container = found->second;
    const bool same = Has(image_before, wanted);
    if (same && !edited && !WasPutBack(pod, state, wanted.name)) continue;
    changes.push_back({.container = wanted.name,
                       .kind = container->kind,
                       .from = std::string(container->image.text()),
                       .to = wanted.image});
  }
  // TemplateImages lists the init containers first, but TemplateChanges lists them last.
  std::ranges::stable_partition(
      changes, [](const ImageChange& change) { return change.kind == ContainerKind::kApp; });
  return changes;
}

}  // namespace

Result<TemplatePair> ReadPair(const KnownTemplate& from, const KnownTemplate& to) {
  TemplatePair pair{.knows_before = !from.json.empty()};
  WINDLASS_TRY(pair.images_before, ImagesOf(from));
  WINDLASS_TRY(pair.images_after, ImagesOf(to));
  WINDLASS_TRY(pair.resources_before, ResourcesOf(from));
  WINDLASS_TRY(pair.resources_after, ResourcesOf(to));
  return pair;
}

Result<TemplateChanges> ChangesFor(const Pod& pod, const PodState* state, const KnownTemplate& from,
                                   const KnownTemplate& to) {
  WINDLASS_TRY(TemplateChanges changes, MetadataBetween(from, to));
  WINDLASS_TRY(const TemplatePair pair, ReadPair(from, to));
  changes.images = LackedImages(pod, state, pair);
  changes.resources = LackedResources(pod, pair);
  return changes;
}

bool OnlyResizes(const Pod& pod, const PodState* state, const TemplatePair& pair) {
  const std::vector<ResourceChange> resources = LackedResources(pod, pair);
  return !resources.empty() && std::ranges::none_of(resources, &ResourceChange::restarts) &&
         LackedImages(pod, state, pair).empty();
}

Result<std::vector<ContainerResize>> ResizesFor(const Pod& pod, const PodState* state,
                                                const TemplateChanges& changes,
                                                const KnownTemplate& to) {
  std::vector<ContainerResize> kept;
  if (state == nullptr || state->resizes.empty()) {
    return ResizesOf(pod, state, changes.resources, kept);
  }
  WINDLASS_TRY(const Resources wanted, ResourcesOf(to));
  for (ContainerResize resize : state->resizes) {
    const auto its = std::ranges::find(wanted, resize.name, &TemplateResources::container);
    if (its == wanted.end()) continue;
    for (size_t i = 0; i < resize.to.values.size(); ++i) {
      if (!IsSameQuantity(resize.to.values[i], its->amounts.values[i])) resize.to.values[i].clear();
    }
    if (!resize.to.empty()) kept.push_back(std::move(resize));
  }
  return ResizesOf(pod, state, changes.resources, kept);
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
