#include "test/sim/rollout_object.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "controller/api/custom_resources.h"
#include "test/sim/api_resource.h"

namespace windlass::sim {
namespace {

constexpr std::string_view kInPlace = "windlass.dev/in-place";

[[noreturn]] void Refuse(const std::string& annotation, const std::string& value) {
  throw std::invalid_argument("a Rollout has nothing for " + annotation + "=" + value);
}

// "3" and "true" become a number and a boolean; other words stay text.
Json ValueOf(const std::string& text) {
  if (IsNumber(text)) return std::stoll(text);
  if (text == "true" || text == "false") return text == "true";
  return text;
}

void SetOrErase(Json& object, const char* field, const std::string& value) {
  if (object.is_null()) object = Json::object();
  if (value.empty()) {
    object.erase(field);
  } else {
    object[field] = ValueOf(value);
  }
}

void SetPolicy(Json& strategy, const std::string& value) {
  if (value == "Only") {
    strategy["type"] = "InPlaceOnly";
  } else if (value == "IfPossible") {
    strategy["type"] = "InPlaceIfPossible";
  } else if (value.empty() || value == "Disabled") {
    strategy["type"] = "RollingUpdate";
    strategy.erase("inPlace");  // the schema refuses settings that have no effect
  } else {
    Refuse(std::string(kInPlace), value);
  }
}

// "None", "Gate" or "Label:<key>=<serving>/<drained>"; the key may contain slashes.
void SetDrain(Json& in_place, const std::string& value) {
  SetOrErase(in_place, "drainLabel", "");
  if (!value.starts_with("Label:")) return SetOrErase(in_place, "drain", value);
  const size_t equals = value.find('=');
  const size_t slash = value.find('/', equals);
  if (equals == std::string::npos || slash == std::string::npos) Refuse("in-place-drain", value);
  const size_t begin = value.find(':') + 1;
  in_place["drain"] = "Label";
  in_place["drainLabel"] = {{"key", value.substr(begin, equals - begin)},
                            {"serving", value.substr(equals + 1, slash - equals - 1)},
                            {"drained", value.substr(slash + 1)}};
}

}  // namespace

bool IsNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

bool IsInPlaceSetting(std::string_view annotation) {
  if (!annotation.starts_with(kInPlace)) return false;
  const std::string_view rest = annotation.substr(kInPlace.size());
  return rest.empty() || rest.starts_with('-');
}

void SetInPlaceField(Json& rollout, const std::string& annotation, const std::string& value) {
  static constexpr std::pair<std::string_view, const char*> kFields[] = {
      {"-max-unavailable", "maxUnavailable"},
      {"-surge", "surge"},
      {"-canary-first", "canaryFirst"},
      {"-drain-seconds", "drainSeconds"},
      {"-on-failure", "onFailure"},
      {"-pdb", "pdb"},
      {"-resources", "resources"},
      {"-unblock", "unblock"}};
  Json& strategy = rollout["spec"]["strategy"];
  const std::string setting = annotation.substr(kInPlace.size());
  if (setting.empty()) return SetPolicy(strategy, value);
  if (setting == "-partition") return SetOrErase(strategy, "partition", value);
  if (setting == "-drain") return SetDrain(strategy["inPlace"], value);
  for (const auto& [name, field] : kFields) {
    if (name == setting) return SetOrErase(strategy["inPlace"], field, value);
  }
  Refuse(annotation, value);
}

Json AsRollout(const Json& deployment) {
  Json rollout = deployment;
  rollout["apiVersion"] = resources::kRollouts.GroupVersion();
  rollout["kind"] = resources::kRollouts.kind;
  const Json& annotations = At(deployment, {"metadata", "annotations"});
  if (!annotations.is_object()) return rollout;
  // The schema refuses settings that have no effect.
  const std::string policy = AnnotationOf(deployment, kInPlace);
  const bool wanted = !policy.empty() && policy != "Disabled";
  for (const auto& [key, value] : annotations.items()) {
    if (!IsInPlaceSetting(key)) continue;
    rollout["metadata"]["annotations"].erase(key);
    if (wanted) SetInPlaceField(rollout, key, value.get<std::string>());
  }
  return rollout;
}

}  // namespace windlass::sim
