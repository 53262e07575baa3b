#include "kubeclient/api/template_text.h"

#include <nlohmann/json.hpp>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/api/quantity.h"

namespace windlass {
namespace {

using Json = nlohmann::json;

Json Parse(std::string_view text) { return Json::parse(text, nullptr, /*allow_exceptions=*/false); }

Error Malformed(std::string message) { return {ErrorKind::kMalformed, std::move(message)}; }

bool IsNothing(const Json& json) {
  return json.is_null() || ((json.is_array() || json.is_object()) && json.empty()) ||
         (json.is_boolean() && !json.get<bool>()) ||
         (json.is_number() && json.get<double>() == 0) ||
         (json.is_string() && json.get_ref<const std::string&>().empty());
}

// Returns a copy of `json` in which differences of form are removed:
//   - A member is dropped if its value means the same as no member, such as "", 0 or {}
//     (IsNothing).
//   - A quantity gets its canonical form: "1000m" becomes "1". A quantity of zero becomes null, so
//     that IsNothing finds it.
//   - An element of a list is never dropped, because its position has a meaning.
Json Loosened(const Json& json) {
  if (json.is_object()) {
    Json object = Json::object();
    for (const auto& [key, value] : json.items()) {
      Json loose = Loosened(value);
      if (!IsNothing(loose)) object[key] = std::move(loose);
    }
    return object;
  }
  if (json.is_array()) {
    Json list = Json::array();
    for (const Json& element : json) list.push_back(Loosened(element));
    return list;
  }
  if (json.is_string()) {
    const auto quantity = CanonicalQuantity(json.get_ref<const std::string&>());
    if (quantity.ok()) return *quantity == "0" ? Json() : Json(*quantity);
  }
  return json;
}

// Returns Loosened of a template, without the label pod-template-hash. Returns null if the text is
// not a JSON object.
Json LoosenedTemplate(std::string_view text) {
  Json json = Parse(text);
  if (!json.is_object()) return Json();
  const Json::json_pointer labels("/metadata/labels");
  if (json.contains(labels) && json[labels].is_object()) {
    json[labels].erase(std::string(kPodTemplateHashLabel));
  }
  return Loosened(json);
}

}  // namespace

Result<std::string> ExtractTemplate(std::string_view object_json) {
  const Json object = Parse(object_json);
  if (!object.is_object()) return Malformed("object: is not a JSON object");
  const auto spec = object.find("spec");
  if (spec == object.end() || !spec->is_object()) return Malformed("spec: is missing");
  const auto found = spec->find("template");
  if (found == spec->end() || !found->is_object()) return Malformed("spec.template: is missing");
  return DumpJson(*found);
}

Result<std::string> RawTemplate(JsonReader& in, std::string_view object_json) {
  std::string_view raw;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key != "spec") return;
    in.Object([&](std::string_view member) {
      if (member == "template") raw = in.RawObject();
    });
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, in.End());
  if (raw.empty()) return Malformed("spec.template: is missing");
  return std::string(raw);
}

bool DifferAtMostInForm(std::string_view one_template, std::string_view other_template) {
  const Json one = LoosenedTemplate(one_template);
  return one.is_object() && one == LoosenedTemplate(other_template);
}

}  // namespace windlass
