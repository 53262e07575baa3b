#include "kubeclient/api/json_value.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace windlass {

std::string DumpJson(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string DumpJson(const nlohmann::ordered_json& note) {
  return note.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Json ParseJson(std::string_view text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

Json MapJson(const StringMap& map) {
  Json json = Json::object();
  for (const auto& [key, value] : map) json[std::string(key.text())] = value.text();
  return json;
}

StringMap MapOf(const Json& object) {
  StringMap map;
  if (!object.is_object()) return map;
  for (const auto& [key, value] : object.items()) {
    if (value.is_string()) map.Set(key, value.get<std::string>());
  }
  return map;
}

LabelSelector LabelSelectorIn(const Json& object) {
  LabelSelector selector = SelectorOf(MapOf(At(object, "/matchLabels")));
  for (const Json& one : At(object, "/matchExpressions")) {
    LabelSelectorRequirement& added = selector.match_expressions.emplace_back();
    added.key = TextAt(one, "/key");
    added.op = TextAt(one, "/operator");
    std::vector<Symbol> values;
    for (const Json& value : At(one, "/values")) {
      if (value.is_string()) values.emplace_back(value.get<std::string>());
    }
    added.values = std::move(values);
  }
  return selector;
}

const Json& At(const Json& object, const char* pointer) {
  static const Json kNull;
  const Json::json_pointer path(pointer);
  return object.is_object() && object.contains(path) ? object.at(path) : kNull;
}

std::string TextAt(const Json& object, const char* pointer) {
  const Json& value = At(object, pointer);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<int32_t> CountAt(const Json& object, const char* pointer) {
  const Json& value = At(object, pointer);
  if (!value.is_number_integer()) return std::nullopt;
  const auto count = value.get<int64_t>();
  if (count < 0 || count > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(count);
}

}  // namespace windlass
