#include "test/sim/crd_validation.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "test/sim/crd_schema.h"

namespace windlass::sim {
namespace {

// The names of types in schemas.
std::string TypeName(const Json& value) {
  if (value.is_number_integer()) return "integer";
  return value.is_number_float() ? "number" : value.type_name();
}

Cause WrongType(const Json& value, const std::string& path, const std::string& wanted) {
  const std::string got = "\"" + TypeName(value) + "\"";
  return {
      path, "FieldValueTypeInvalid",
      "Invalid value: " + got + ": " + path + " in body must be of type " + wanted + ": " + got};
}

Cause OutOfBounds(const Json& value, const std::string& path, const std::string& wanted) {
  return InvalidValue(path, value, path + " in body should " + wanted);
}

// Returns the type that the schema wants instead of the value's; "" if the value has it.
std::string WantedType(const Json& schema, const Json& value) {
  const std::string type = TypeName(value);
  if (BoolAt(schema, {"x-kubernetes-int-or-string"})) {
    return type == "integer" || type == "string" ? "" : "integer,string";
  }
  const std::string wanted = TextAt(schema, {"type"});
  if (wanted.empty() || wanted == type) return "";
  const std::string format = TextAt(schema, {"format"});
  return format.empty() || value.is_string() || value.is_array() ? wanted : format;
}

void CheckNumber(Causes& causes, const Json& schema, const Json& value, const std::string& path) {
  const int64_t number = value.get<int64_t>();
  const Json& least = At(schema, {"minimum"});
  const Json& most = At(schema, {"maximum"});
  if (least.is_number() && number < least.get<int64_t>()) {
    causes.push_back(OutOfBounds(value, path, "be greater than or equal to " + least.dump()));
  }
  if (most.is_number() && number > most.get<int64_t>()) {
    causes.push_back(OutOfBounds(value, path, "be less than or equal to " + most.dump()));
  }
  const bool fits = number >= std::numeric_limits<int32_t>::min() &&
                    number <= std::numeric_limits<int32_t>::max();
  if (TextAt(schema, {"format"}) == "int32" && !fits) {
    causes.push_back(InvalidValue(
        path, value, path + " in body must be of type integer with format int32: " + value.dump()));
  }
}

void CheckText(Causes& causes, const Json& schema, const Json& value, const std::string& path) {
  const std::string text = value.get<std::string>();
  const auto length = static_cast<int64_t>(text.size());
  if (length < IntAt(schema, {"minLength"})) {
    causes.push_back(OutOfBounds(
        value, path, "be at least " + At(schema, {"minLength"}).dump() + " chars long"));
  }
  const int64_t most = IntAt(schema, {"maxLength"}, length);
  if (length > most) {
    causes.push_back({path, "FieldValueTooLong",
                      "Too long: may not be more than " + std::to_string(most) + " bytes"});
  }
  if (TextAt(schema, {"format"}) == "date-time" && TimeValue(text).IsZero()) {
    causes.push_back(
        InvalidValue(path, value, path + " in body must be of type date-time: " + value.dump()));
  }
  const Json& allowed = At(schema, {"enum"});
  if (!allowed.is_array()) return;
  std::string list;
  for (const Json& one : allowed) {
    if (one == value) return;
    list += (list.empty() ? "" : ", ") + one.dump();
  }
  causes.push_back({path, "FieldValueNotSupported",
                    "Unsupported value: " + value.dump() + ": supported values: " + list});
}

void Validate(Causes& causes, const Json& schema, const Json& value, const std::string& path);

void CheckMap(Causes& causes, const Json& schema, const Json& value, const std::string& path) {
  const std::string prefix = path.empty() ? "" : path + ".";
  const Json& required = At(schema, {"required"});
  if (required.is_array()) {
    for (const Json& name : required) {
      const std::string key = name.get<std::string>();
      if (!value.contains(key)) causes.push_back(RequiredField(prefix + key, ""));
    }
  }
  const auto count = static_cast<int64_t>(value.size());
  const int64_t most = IntAt(schema, {"maxProperties"}, count);
  if (count > most) {
    causes.push_back({path, "FieldValueTooMany",
                      "Too many: " + std::to_string(count) + ": must have at most " +
                          std::to_string(most) + " items"});
  }
  for (const auto& [key, field] : value.items()) {
    const Json* known = FieldSchema(&schema, key);
    if (known != nullptr) Validate(causes, *known, field, prefix + key);
  }
}

// Returns the fields that tell elements of the list apart.
Json KeyOf(const Json& schema, const Json& element) {
  Json key = Json::object();
  for (const Json& name : At(schema, {"x-kubernetes-list-map-keys"})) {
    const std::string field = name.get<std::string>();
    if (element.is_object() && element.contains(field)) key[field] = element[field];
  }
  return key;
}

void CheckList(Causes& causes, const Json& schema, const Json& value, const std::string& path) {
  const auto count = static_cast<int64_t>(value.size());
  if (count < IntAt(schema, {"minItems"})) {
    causes.push_back(
        OutOfBounds(value, path, "have at least " + At(schema, {"minItems"}).dump() + " items"));
  }
  const int64_t most = IntAt(schema, {"maxItems"}, count);
  if (count > most) {
    causes.push_back({path, "FieldValueTooMany",
                      "Too many: " + std::to_string(count) + ": must have at most " +
                          std::to_string(most) + " items"});
  }
  const Json* element = ElementSchema(&schema);
  const bool keyed = TextAt(schema, {"x-kubernetes-list-type"}) == "map";
  std::set<Json> keys;
  for (size_t i = 0; i < value.size(); ++i) {
    const std::string at = path + "[" + std::to_string(i) + "]";
    if (element != nullptr) Validate(causes, *element, value[i], at);
    if (!keyed) continue;
    const Json key = KeyOf(schema, value[i]);
    if (keys.insert(key).second) continue;
    causes.push_back({at, "FieldValueDuplicate", "Duplicate value: " + key.dump()});
  }
}

void Validate(Causes& causes, const Json& schema, const Json& value, const std::string& path) {
  const std::string wanted = WantedType(schema, value);
  if (!wanted.empty()) {
    causes.push_back(WrongType(value, path, wanted));
  } else if (value.is_object()) {
    CheckMap(causes, schema, value, path);
  } else if (value.is_array()) {
    CheckList(causes, schema, value, path);
  } else if (value.is_string()) {
    CheckText(causes, schema, value, path);
  } else if (value.is_number_integer()) {
    CheckNumber(causes, schema, value, path);
  }
}

}  // namespace

Causes ValidateSchema(const Json& schema, const Json& value, const std::string& path) {
  Causes causes;
  Validate(causes, schema, value, path);
  return causes;
}

}  // namespace windlass::sim
