#include "kubeclient/api/large_annotations.h"

#include <algorithm>

#include "kubeclient/api/annotation_texts.h"

namespace windlass {

const LargeAnnotation* FindLarge(const LargeAnnotations& large, std::string_view key) {
  const auto found = std::ranges::find_if(
      large, [key](const LargeAnnotation& one) { return one.key.text() == key; });
  return found == large.end() ? nullptr : &*found;
}

std::optional<std::map<std::string, std::string>> LargeValues(std::string_view object_json,
                                                              const LargeAnnotations& large) {
  auto values = AnnotationTexts(
      object_json, [&](std::string_view name) { return FindLarge(large, name) != nullptr; });
  if (!values || values->size() != large.size()) return std::nullopt;
  for (const LargeAnnotation& one : large) {
    if (FingerprintOf((*values)[std::string(one.key.text())]) != one.value) return std::nullopt;
  }
  return values;
}

}  // namespace windlass
