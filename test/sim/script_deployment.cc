#include "test/sim/script_deployment.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "test/sim/owners.h"
#include "test/sim/rollout_object.h"

namespace windlass::sim {
namespace {

constexpr int64_t kDefaultDeadline = 600;
constexpr std::string_view kAnnotation = "annotation.";

void Set(Json& object, const std::string& key, const std::string& value, Json converted) {
  if (value.empty()) {
    object.erase(key);
  } else {
    object[key] = std::move(converted);
  }
}

void SetNumber(Json& object, const std::string& key, const std::string& value, int factor = 1) {
  if (!value.empty() && !IsNumber(value)) throw std::invalid_argument(key + " is a number");
  // The greatest number means "never" and must stay the greatest.
  const int64_t scaled = value.empty() ? 0 : std::stoll(value) * factor;
  Set(object, key, value, std::min<int64_t>(scaled, std::numeric_limits<int32_t>::max()));
}

// A percentage such as "25%" stays a text.
void SetNumberOrPercent(Json& object, const std::string& key, const std::string& value) {
  Set(object, key, value, IsNumber(value) ? Json(std::stoll(value)) : Json(value));
}

void SetVariable(Json& container, const std::string& name, const std::string& value) {
  Json others = Json::array();
  for (const Json& variable : At(container, {"env"})) {
    if (TextAt(variable, {"name"}) != name) others.push_back(variable);
  }
  if (!value.empty()) others.push_back({{"name", name}, {"value", value}});
  container["env"] = std::move(others);
}

// Sets a field of the form "prefix.KEY". Returns false if the field has no such form.
bool SetKeyed(Json& owner, const std::string& field, const std::string& value) {
  const auto set = [&](const std::string& prefix, Json& parent, const char* map) {
    if (!field.starts_with(prefix)) return false;
    const std::string key = field.substr(prefix.size());
    const bool absent = At(parent, {"metadata", map}).is_null();
    if (!absent || !value.empty()) Set(parent["metadata"][map], key, value, value);
    return true;
  };
  Json& pattern = owner["spec"]["template"];
  if (field.starts_with("env.")) {
    SetVariable(pattern["spec"]["containers"][0], field.substr(4), value);
    return true;
  }
  return set("annotation.", owner, "annotations") || set("label.", owner, "labels") ||
         set("template.annotation.", pattern, "annotations") ||
         set("template.label.", pattern, "labels");
}

}  // namespace

Json ScriptDeployment(const std::string& name, const Json& selector) {
  Json deployment = {{"apiVersion", "apps/v1"}, {"kind", "Deployment"}};
  deployment["metadata"]["name"] = name;
  Json& spec = deployment["spec"];
  spec["replicas"] = 1;
  spec["progressDeadlineSeconds"] = kDefaultDeadline * kScriptSecondsFactor;
  spec["selector"]["matchLabels"] = selector;
  spec["template"]["metadata"]["labels"] = selector;
  Json container = {{"name", "app"}, {"image", "app:1"}};
  spec["template"]["spec"]["containers"] = Json::array({std::move(container)});
  return deployment;
}

void SetScriptField(Json& owner, const std::string& field, const std::string& value) {
  if (IsRollout(owner) && field.starts_with(kAnnotation)) {
    const std::string key = field.substr(kAnnotation.size());
    if (IsInPlaceSetting(key)) return SetInPlaceField(owner, key, value);
  }
  Json& spec = owner["spec"];
  if (field == "replicas" || field == "revisionHistoryLimit") {
    SetNumber(spec, field, value);
  } else if (field == "minReadySeconds") {
    SetNumber(spec, field, value, kScriptSecondsFactor);
  } else if (field == "progressDeadlineSeconds") {
    SetNumber(spec, field, value.empty() ? std::to_string(kDefaultDeadline) : value,
              kScriptSecondsFactor);
  } else if (field == "image") {
    spec["template"]["spec"]["containers"][0]["image"] = value;
  } else if (field == "paused") {
    Set(spec, field, value, value == "true");
  } else if (field == "strategy") {
    spec["strategy"]["type"] = value;
    if (value == "Recreate") spec["strategy"].erase("rollingUpdate");
  } else if (field == "maxSurge" || field == "maxUnavailable") {
    SetNumberOrPercent(spec["strategy"]["rollingUpdate"], field, value);
  } else if (!SetKeyed(owner, field, value)) {
    throw std::invalid_argument("unknown field " + field);
  }
}

}  // namespace windlass::sim
