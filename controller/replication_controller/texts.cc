#include "controller/replication_controller/texts.h"

namespace windlass::replication_controller {
namespace {

// As Go prints a map: "map[a:b c:d]".
std::string GoMap(const StringMap& map) {
  std::string text;
  for (const auto& [key, value] : map) {
    text += Fill("{}{}:{}", text.empty() ? "" : " ", key.text(), value.text());
  }
  return "map[" + text + "]";
}

}  // namespace

std::string FillParts(std::string_view pattern, std::initializer_list<std::string> parts) {
  std::string text;
  for (const std::string& part : parts) {
    const size_t place = pattern.find("{}");
    text.append(pattern.substr(0, place)).append(part);
    pattern.remove_prefix(place + 2);
  }
  return text.append(pattern);
}

std::string UnexpectedAnnotationsText(std::string_view name, std::string_view source_id,
                                      const StringMap& annotations) {
  return Fill("Missing/unexpected annotations for controller {}, expected {} : {}", name, source_id,
              GoMap(annotations));
}

}  // namespace windlass::replication_controller
