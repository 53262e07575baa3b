#include "controller/rollout/status_json.h"

#include <nlohmann/json.hpp>

#include "kubeclient/api/time.h"

namespace windlass::rollout {
namespace {

Json TimeJson(WallTime time) { return time.IsZero() ? Json() : Json(FormatTime(time)); }

// Returns the member; null if it is absent.
Json MemberOf(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found == object.end() ? Json() : *found;
}

WallTime TimeIn(const Json& object, const char* key) {
  return ParseTime(TextIn(object, key)).value_or(WallTime{});
}

}  // namespace

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json ToJson(const std::optional<int32_t>& number) { return number ? Json(*number) : Json(); }

Json ToJson(const std::optional<int64_t>& number) { return number ? Json(*number) : Json(); }

Json ToJson(const std::optional<RolloutStepStatus>& step) {
  if (!step) return {};
  Json object = Json::object();
  object["index"] = step->index;
  object["total"] = step->total;
  object["startedAt"] = TimeJson(step->started_at);
  object["revision"] = step->revision;
  object["template"] = TextOrNull(step->template_id);
  return object;
}

Json ToJson(const std::optional<RolledBack>& rolled_back) {
  if (!rolled_back) return {};
  Json object = Json::object();
  object["revision"] = rolled_back->revision;
  object["became"] = rolled_back->became == 0 ? Json() : Json(rolled_back->became);
  object["generation"] = rolled_back->generation;
  return object;
}

Json ToJson(const std::vector<Condition>& conditions) {
  if (conditions.empty()) return {};
  Json list = Json::array();
  for (const Condition& condition : conditions) {
    Json object = Json::object();
    object["type"] = workload::TextOf(condition.type);
    object["status"] = workload::TextOf(condition.status);
    if (condition.observed_generation != 0) {
      object["observedGeneration"] = condition.observed_generation;
    }
    if (!condition.last_update_time.IsZero()) {
      object["lastUpdateTime"] = FormatTime(condition.last_update_time);
    }
    if (!condition.last_transition_time.IsZero()) {
      object["lastTransitionTime"] = FormatTime(condition.last_transition_time);
    }
    object["reason"] = workload::TextOf(condition.reason);
    object["message"] = condition.message;
    list.push_back(std::move(object));
  }
  return list;
}

std::optional<int64_t> NumberIn(const Json& object, const char* key) {
  const Json member = MemberOf(object, key);
  if (!member.is_number_integer()) return std::nullopt;
  return member.get<int64_t>();
}

std::string TextIn(const Json& object, const char* key) {
  const Json member = MemberOf(object, key);
  return member.is_string() ? member.get<std::string>() : std::string();
}

std::optional<RolloutStepStatus> StepIn(const Json& object, const char* key) {
  const Json member = MemberOf(object, key);
  if (!member.is_object()) return std::nullopt;
  return RolloutStepStatus{.index = static_cast<int32_t>(NumberIn(member, "index").value_or(0)),
                           .total = static_cast<int32_t>(NumberIn(member, "total").value_or(0)),
                           .started_at = TimeIn(member, "startedAt"),
                           .revision = NumberIn(member, "revision").value_or(0),
                           .template_id = TextIn(member, "template")};
}

std::optional<RolledBack> RolledBackIn(const Json& object, const char* key) {
  const Json member = MemberOf(object, key);
  if (!member.is_object()) return std::nullopt;
  return RolledBack{.revision = NumberIn(member, "revision").value_or(0),
                    .became = NumberIn(member, "became").value_or(0),
                    .generation = NumberIn(member, "generation").value_or(0)};
}

std::vector<Condition> ConditionsIn(const Json& object, const char* key) {
  const Json member = MemberOf(object, key);
  std::vector<Condition> conditions;
  if (!member.is_array()) return conditions;
  for (const Json& element : member) {
    conditions.push_back(
        {.type = TextIn(element, "type"),
         .status = TextIn(element, "status"),
         .reason = TextIn(element, "reason"),
         .message = TextIn(element, "message"),
         .last_update_time = TimeIn(element, "lastUpdateTime"),
         .last_transition_time = TimeIn(element, "lastTransitionTime"),
         .observed_generation = NumberIn(element, "observedGeneration").value_or(0)});
  }
  return conditions;
}

}  // namespace windlass::rollout
