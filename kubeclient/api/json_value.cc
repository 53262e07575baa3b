#include "kubeclient/api/json_value.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace windlass {

std::string DumpJson(const OrderedJson& value) {
  return value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string DumpJson(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

OrderedJson ParseJson(std::string_view text) {
  return OrderedJson::parse(text, nullptr, /*allow_exceptions=*/false);
}

OrderedJson MapJson(const StringMap& map) {
  OrderedJson json = OrderedJson::object();
  for (const auto& [key, value] : map) json[std::string(key.text())] = value.text();
  return json;
}

StringMap MapOf(const OrderedJson& object) {
  StringMap map;
  if (!object.is_object()) return map;
  for (const auto& [key, value] : object.items()) {
    if (value.is_string()) map.Set(key, value.get<std::string>());
  }
  return map;
}

LabelSelector LabelSelectorIn(const OrderedJson& object) {
  LabelSelector selector = SelectorOf(MapOf(At(object, "/matchLabels")));
  for (const OrderedJson& one : At(object, "/matchExpressions")) {
    LabelSelectorRequirement& added = selector.match_expressions.emplace_back();
    added.key = TextAt(one, "/key");
    added.op = TextAt(one, "/operator");
    std::vector<Symbol> values;
    for (const OrderedJson& value : At(one, "/values")) {
      if (value.is_string()) values.emplace_back(value.get<std::string>());
    }
    added.values = std::move(values);
  }
  return selector;
}

const OrderedJson& At(const OrderedJson& object, const char* pointer) {
  static const OrderedJson kNull;
  const OrderedJson::json_pointer path(pointer);
  return object.is_object() && object.contains(path) ? object.at(path) : kNull;
}

std::string TextAt(const OrderedJson& object, const char* pointer) {
  const OrderedJson& value = At(object, pointer);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<int32_t> CountAt(const OrderedJson& object, const char* pointer) {
  const OrderedJson& value = At(object, pointer);
  if (!value.is_number_integer()) return std::nullopt;
  const auto count = value.get<int64_t>();
  if (count < 0 || count > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(count);
}

}  // namespace windlass
