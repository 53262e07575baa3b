#include "test/unit/api/check_fields.h"

namespace windlass::test {
namespace {

using nlohmann::json;

// Returns where the field stands: /spec/steps/0/pause for "spec.steps[0].pause".
json::json_pointer PointerOf(const std::string& path) {
  std::string pointer = "/";
  for (const char c : path) {
    if (c == ']') continue;
    pointer += c == '.' || c == '[' ? '/' : c;
  }
  return json::json_pointer(pointer);
}

std::vector<WrongValue> WrongIntegers(const char* error, const std::vector<json>& limits) {
  std::vector<WrongValue> wrong;
  for (const json& value : {json("3"), json(true), json(1.0), json(1.5), json::object()}) {
    wrong.push_back({value, error});
  }
  for (const json& value : limits) wrong.push_back({value, error});
  return wrong;
}

}  // namespace

json With(const Place& place, const json& value) {
  json object = Without(place);
  object[PointerOf(place.path)] = value;
  return object;
}

json Without(const Place& place) {
  json object;
  object["metadata"]["name"] = "n";
  const json::json_pointer around = PointerOf(place.path).parent_pointer();
  if (json& parent = object[around]; parent.is_null()) parent = json::object();
  return object;
}

std::vector<json> ExamplesOf(FieldType type) {
  switch (type) {
    case FieldType::kInt32: return {7, INT32_MAX, INT32_MIN};
    case FieldType::kInt64: return {7, INT64_MAX, INT64_MIN};
    case FieldType::kBool: return {true, false};
    case FieldType::kString: return {"text", ""};
    case FieldType::kTime: return {"2026-01-02T15:04:05Z"};
    case FieldType::kUid: return {"8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10", ""};
    case FieldType::kIntOrPercent: return {7, "25%", INT32_MIN};
    case FieldType::kMap:
      return {json{{"a", "b"}}, json::object(), json{{"a", nullptr}, {"b", "c"}}};
    case FieldType::kTexts: return {json::array({"a", "b"}), json::array()};
    case FieldType::kObject: return {json{{"other", 1}}, json::object()};
    case FieldType::kList: return {json::array({json::object()}), json::array()};
  }
  return {};
}

std::vector<WrongValue> WrongValuesOf(FieldType type) {
  const json list = json::array();
  switch (type) {
    case FieldType::kInt32:
      return WrongIntegers(": must be a 32-bit integer", {2147483648, -2147483649});
    case FieldType::kInt64:
      return WrongIntegers(": must be a 64-bit integer", {uint64_t{9223372036854775808ULL}});
    case FieldType::kBool:
      return {{1, ": must be true or false"}, {"yes", ": must be true or false"}};
    case FieldType::kString:
      return {{5, ": must be a string"},
              {json::object(), ": must be a string"},
              {list, ": must be a string"}};
    case FieldType::kTime:
      return {{0, ": must be a string"},
              {"", ": must be an RFC 3339 time"},
              {"yesterday", ": must be an RFC 3339 time"}};
    case FieldType::kUid: return {{5, ": must be a string"}, {"web", ": must be a UUID"}};
    case FieldType::kIntOrPercent:
      return {{true, ": must be a 32-bit integer or a string"},
              {list, ": must be a 32-bit integer or a string"},
              {1.5, ": must be a 32-bit integer"},
              {2147483648, ": must be a 32-bit integer"}};
    case FieldType::kMap:
      return {{"x", ": must be an object"},
              {list, ": must be an object"},
              {json{{"a", 1}}, ".a: must be a string"},
              {json{{"a", json::object()}}, ".a: must be a string"}};
    case FieldType::kTexts:
      return {{json::object(), ": must be an array"},
              {json::array({1}), "[0]: must be a string"},
              {json::array({nullptr}), "[0]: must be a string"}};
    case FieldType::kObject: return {{"x", ": must be an object"}, {list, ": must be an object"}};
    case FieldType::kList:
      return {{json::object(), ": must be an array"},
              {json::array({nullptr}), "[0]: must be an object"}};
  }
  return {};
}

}  // namespace windlass::test
