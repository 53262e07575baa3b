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
  const Json::json_pointer labels("/metadata/labels");
  if (!pod_template.is_object() || !pod_template.contains(labels)) return {};
  return MapOf(pod_template.at(labels));
}

std::string HashOfJson(const Json& value) { return Hex(FingerprintOf(Dump(value))); }

}  // namespace windlass::replication_controller
