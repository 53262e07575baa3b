#include "controller/replication_controller/json.h"

#include <nlohmann/json.hpp>

#include "kubeclient/api/fingerprint_text.h"

namespace windlass::replication_controller {

std::string Dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json Parse(std::string_view text) { return Json::parse(text, nullptr, /*allow_exceptions=*/false); }

Json MapJson(const StringMap& map) {
  Json json = Json::object();
  for (const auto& [key, value] : map) json[std::string(key.text())] = value.text();
  return json;
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

StringMap MapOf(const Json& object) {
  StringMap map;
  if (!object.is_object()) return map;
  for (const auto& [key, value] : object.items()) {
    if (value.is_string()) map.Set(key, value.get<std::string>());
  }
  return map;
}

StringMap LabelsOfTemplate(const std::string& template_json) {
  return MapOf(At(Parse(template_json), "/metadata/labels"));
}

std::string HashOfJson(const Json& value) {
  return TextOf(FingerprintOf(Dump(value))).substr(2);  // without "t-"
}

}  // namespace windlass::replication_controller
