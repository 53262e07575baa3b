#include "controller/replication_controller/json.h"

#include <nlohmann/json.hpp>

#include "kubeclient/api/canonical.h"

namespace windlass::replication_controller {
namespace {

std::string Hex(const Fingerprint& fingerprint) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint64_t half : {fingerprint.high, fingerprint.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[half >> shift & 15U];
  }
  return text;
}

}  // namespace

std::string Dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

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

std::optional<Json> ItemsOf(const std::string& body) {
  const Json list = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const Json& items = At(list, "/items");
  return items.is_array() ? std::optional(items) : std::nullopt;
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
  const Json pod_template = Json::parse(template_json, nullptr, /*allow_exceptions=*/false);
  return MapOf(At(pod_template, "/metadata/labels"));
}

std::string HashOfJson(const Json& value) { return Hex(FingerprintOf(Dump(value))); }

}  // namespace windlass::replication_controller
