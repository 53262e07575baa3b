#include "kubeclient/api/annotation_texts.h"

#include "kubeclient/api/json_reader.h"

namespace windlass {

std::optional<std::map<std::string, std::string>> AnnotationTexts(
    std::string_view object_json, const std::function<bool(std::string_view key)>& wanted) {
  std::map<std::string, std::string> texts;
  JsonReader in;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key != "metadata") return;
    in.Object([&](std::string_view member) {
      if (member != "annotations") return;
      in.Object([&](std::string_view name) {
        if (wanted(name)) texts[std::string(name)] = in.String();
      });
    });
  });
  if (!in.End().ok()) return std::nullopt;
  return texts;
}

}  // namespace windlass
