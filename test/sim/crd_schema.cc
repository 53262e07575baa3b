#include "test/sim/crd_schema.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/base/assert.h"

namespace windlass::sim {
namespace {

// Returns true and sets `value` if the whole text is a number of this type.
template <typename Number>
bool IsNumber(const std::string& text, Number& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

Json FromScalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() != "?") return text;  // with quotes, or of several lines
  // kubectl reads YAML 1.1.
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "no" || text == "off") return false;
  int64_t whole = 0;
  if (IsNumber(text, whole)) return whole;
  double fraction = 0;
  const bool digit = text.find_first_of("0123456789") != std::string::npos;  // not "inf" or "nan"
  if (digit && IsNumber(text, fraction)) return fraction;
  return text;
}

Json FromYaml(const YAML::Node& node) {
  if (node.IsScalar()) return FromScalar(node);
  if (node.IsSequence()) {
    Json list = Json::array();
    for (const auto& element : node) list.push_back(FromYaml(element));
    return list;
  }
  if (!node.IsMap()) return nullptr;
  Json map = Json::object();
  for (const auto& field : node) map[field.first.Scalar()] = FromYaml(field.second);
  return map;
}

Json ReadSchema(const ApiResource& resource) {
  const Json crd = ReadManifest(resource.resource);
  for (const Json& version : At(crd, {"spec", "versions"})) {
    if (TextAt(version, {"name"}) == resource.version) {
      return At(version, {"schema", "openAPIV3Schema"});
    }
  }
  WL_ASSERT(false);
  return nullptr;
}

}  // namespace

const Json& SchemaOf(const ApiResource& resource) {
  WL_ASSERT(resource.custom);
  static std::map<ResourceId, Json> schemas;
  const auto known = schemas.find(resource.resource);
  if (known != schemas.end()) return known->second;
  return schemas.emplace(resource.resource, ReadSchema(resource)).first->second;
}

const Json* FieldSchema(const Json* schema, const std::string& field) {
  if (schema == nullptr) return nullptr;
  const Json& property = At(*schema, {"properties", field});
  if (!property.is_null()) return &property;
  const Json& any = At(*schema, {"additionalProperties"});
  return any.is_object() ? &any : nullptr;
}

const Json* ElementSchema(const Json* schema) {
  if (schema == nullptr) return nullptr;
  const Json& items = At(*schema, {"items"});
  return items.is_object() ? &items : nullptr;
}

Json ReadManifest(const ResourceId& resource) {
  return ReadYaml(WINDLASS_ROOT "/" + std::string(resource.manifest));
}

Json ReadYaml(const std::string& file) { return FromYaml(YAML::LoadFile(file)); }

}  // namespace windlass::sim
