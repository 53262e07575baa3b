#include "kubeclient/api/unready_pods.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace windlass {
namespace {

using nlohmann::json;

// Returns the member; a null value if `object` is no object or lacks the member.
const json& In(const json& object, const char* key) {
  static const json kAbsent;
  if (!object.is_object()) return kAbsent;
  const auto found = object.find(key);
  return found == object.end() ? kAbsent : *found;
}

std::string WordsIn(const json& object, const char* key) {
  const json& text = In(object, key);
  return text.is_string() ? text.get<std::string>() : std::string();
}

bool HoldsIn(const json& object, const char* key) {
  const json& flag = In(object, key);
  return flag.is_boolean() && flag.get<bool>();
}

// Returns nullopt if there is no number in the range of int64_t.
std::optional<int64_t> CountIn(const json& object, const char* key) {
  const json& number = In(object, key);
  if (!number.is_number_integer()) return std::nullopt;
  if (number.is_number_unsigned() && number.get<uint64_t>() > uint64_t{INT64_MAX}) {
    return std::nullopt;
  }
  return number.get<int64_t>();
}

// Returns the condition of that type; a null value if there is none.
const json& ConditionIn(const json& pod, std::string_view type) {
  static const json kNone;
  const json& conditions = In(In(pod, "status"), "conditions");
  if (!conditions.is_array()) return kNone;
  for (const json& condition : conditions) {
    if (WordsIn(condition, "type") == type) return condition;
  }
  return kNone;
}

Uid ControllerIn(const json& metadata) {
  const json& owners = In(metadata, "ownerReferences");
  if (!owners.is_array()) return {};
  for (const json& owner : owners) {
    if (!HoldsIn(owner, "controller")) continue;
    return Uid::Parse(WordsIn(owner, "uid")).value_or(Uid::Foreign());
  }
  return {};
}

void AddUnready(const json& statuses, bool of_init, std::vector<UnreadyContainer>& containers) {
  if (!statuses.is_array()) return;
  for (const json& status : statuses) {
    const json& state = In(status, "state");
    const json& ended = In(state, "terminated");
    const bool done = of_init && ended.is_object() && CountIn(ended, "exitCode").value_or(0) == 0;
    if (HoldsIn(status, "ready") || done) continue;
    const json& waiting = In(state, "waiting");
    const json& end = ended.is_object() ? ended : In(In(status, "lastState"), "terminated");
    containers.push_back({.name = WordsIn(status, "name"),
                          .waiting_reason = WordsIn(waiting, "reason"),
                          .waiting_message = WordsIn(waiting, "message"),
                          .exit_code = CountIn(end, "exitCode"),
                          .exit_reason = WordsIn(end, "reason"),
                          .restarts = CountIn(status, "restartCount").value_or(0)});
  }
}

UnreadyPod ReadUnready(const json& pod, const json& metadata) {
  const json& scheduled = ConditionIn(pod, "PodScheduled");
  UnreadyPod unready{.name = WordsIn(metadata, "name"),
                     .controller = ControllerIn(metadata),
                     .unschedulable = WordsIn(scheduled, "status") == "False"};
  if (unready.unschedulable) unready.scheduling_message = WordsIn(scheduled, "message");
  const json& status = In(pod, "status");
  AddUnready(In(status, "initContainerStatuses"), /*of_init=*/true, unready.containers);
  AddUnready(In(status, "containerStatuses"), /*of_init=*/false, unready.containers);
  return unready;
}

}  // namespace

Result<std::vector<UnreadyPod>> UnreadyPods(std::string_view list_body) {
  const json list = json::parse(list_body, nullptr, /*allow_exceptions=*/false);
  const json& items = In(list, "items");
  const bool has_items = list.is_object() && list.contains("items");
  if (!has_items || !(items.is_array() || items.is_null())) {
    return Error{ErrorKind::kMalformed, "pod list: items is missing or no array"};
  }
  std::vector<UnreadyPod> pods;
  for (const json& pod : items) {
    const json& metadata = In(pod, "metadata");
    const bool leaves = !WordsIn(metadata, "deletionTimestamp").empty();
    if (leaves || WordsIn(ConditionIn(pod, "Ready"), "status") == "True") continue;
    pods.push_back(ReadUnready(pod, metadata));
  }
  return pods;
}

}  // namespace windlass
