#include "kubeclient/api/template_text.h"

#include <nlohmann/json.hpp>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/quantity.h"

namespace windlass {
namespace {

// Keeps the order of keys: a template is handed on as it came.
using Json = nlohmann::ordered_json;

Json Parse(std::string_view text) { return Json::parse(text, nullptr, /*allow_exceptions=*/false); }

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error Malformed(std::string message) { return {ErrorKind::kMalformed, std::move(message)}; }

// The member of `object`, made when absent or null; nullptr when it is something else than an
// object.
Json* ObjectMember(Json& object, const char* key) {
  Json& member = object[key];
  if (member.is_null()) member = Json::object();
  return member.is_object() ? &member : nullptr;
}

bool IsNothing(const nlohmann::json& json) {
  return json.is_null() || ((json.is_array() || json.is_object()) && json.empty()) ||
         (json.is_boolean() && !json.get<bool>()) ||
         (json.is_number() && json.get<double>() == 0) ||
         (json.is_string() && json.get_ref<const std::string&>().empty());
}

// Drops everything that says nothing and writes quantities as their number. Elements of a list
// stay: their position means something.
nlohmann::json Loosened(const Json& json) {
  if (json.is_object()) {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [key, value] : json.items()) {
      nlohmann::json loose = Loosened(value);
      if (!IsNothing(loose)) object[key] = std::move(loose);
    }
    return object;
  }
  if (json.is_array()) {
    nlohmann::json list = nlohmann::json::array();
    for (const Json& element : json) list.push_back(Loosened(element));
    return list;
  }
  if (json.is_string()) {
    const auto quantity = CanonicalQuantity(json.get_ref<const std::string&>());
    if (quantity.ok()) return *quantity == "0" ? nlohmann::json() : nlohmann::json(*quantity);
  }
  return nlohmann::json(json);
}

// Nothing but an object has a loosened form.
nlohmann::json LoosenedTemplate(std::string_view text) {
  Json json = Parse(text);
  if (!json.is_object()) return nullptr;
  Json* metadata = ObjectMember(json, "metadata");
  Json* labels = metadata != nullptr ? ObjectMember(*metadata, "labels") : nullptr;
  if (labels != nullptr) labels->erase(std::string(kPodTemplateHashLabel));
  return Loosened(json);
}

}  // namespace

Result<std::string> ExtractTemplate(std::string_view object_json) {
  const Json object = Parse(object_json);
  if (!object.is_object()) return Malformed("object: is no JSON object");
  const auto spec = object.find("spec");
  if (spec == object.end() || !spec->is_object()) return Malformed("spec: is missing");
  const auto found = spec->find("template");
  if (found == spec->end() || !found->is_object()) return Malformed("spec.template: is missing");
  return Dump(*found);
}

Result<std::string> WithTemplateLabel(std::string_view template_json, std::string_view key,
                                      std::string_view value) {
  Json json = Parse(template_json);
  if (!json.is_object()) return Malformed("spec.template: is no JSON object");
  Json* metadata = ObjectMember(json, "metadata");
  Json* labels = metadata != nullptr ? ObjectMember(*metadata, "labels") : nullptr;
  if (labels == nullptr) return Malformed("spec.template.metadata.labels: is no JSON object");
  (*labels)[std::string(key)] = std::string(value);
  return Dump(json);
}

bool DifferAtMostInForm(std::string_view one_template, std::string_view other_template) {
  const nlohmann::json one = LoosenedTemplate(one_template);
  return one.is_object() && one == LoosenedTemplate(other_template);
}

}  // namespace windlass
