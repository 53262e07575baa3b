#include "kubeclient/api/large_annotations.h"

#include <algorithm>

#include "kubeclient/api/json_reader.h"

namespace windlass {

const LargeAnnotation* FindLarge(const LargeAnnotations& large, std::string_view key) {
  const auto found = std::ranges::find_if(
      large, [key](const LargeAnnotation& one) { return one.key.text() == key; });
  return found == large.end() ? nullptr : &*found;
}

std::optional<std::map<std::string, std::string>> LargeValues(std::string_view object_json,
                                                              const LargeAnnotations& large) {
  std::map<std::string, std::string> values;
  JsonReader in;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key != "metadata") return;
    in.Object([&](std::string_view member) {
      if (member != "annotations") return;
      in.Object([&](std::string_view name) {
        const LargeAnnotation* wanted = FindLarge(large, name);
        if (wanted != nullptr) values[std::string(wanted->key.text())] = in.String();
      });
    });
  });
  if (!in.End().ok() || values.size() != large.size()) return std::nullopt;
  for (const LargeAnnotation& one : large) {
    if (FingerprintOf(values[std::string(one.key.text())]) != one.value) return std::nullopt;
  }
  return values;
}

}  // namespace windlass
