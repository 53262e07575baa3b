#include "controller/in_place/pod_changes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/in_place/metadata.h"
#include "controller/in_place/tolerations.h"

namespace windlass::in_place {
namespace {

Result<Json> ReadTemplate(std::string_view text) {
  if (text.empty()) return Json::object();
  WINDLASS_TRY(const std::string canonical, CanonicalTemplate(text));
  Json json = Json::parse(canonical, nullptr, /*allow_exceptions=*/false);
  if (json.is_object()) return json;
  return Error{ErrorKind::kMalformed, "a number is too large"};
}

TextChanges CompareMapsAt(const char* pointer, const Json& from, const Json& to) {
  return CompareMaps(At(from, pointer), At(to, pointer));
}

}  // namespace

Result<TemplateChanges> ChangesBetween(const KnownTemplate& from, const KnownTemplate& to) {
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
