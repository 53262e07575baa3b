#include "controller/replication_controller/journal.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/replication_controller/json.h"
#include "kubeclient/api/time.h"

namespace windlass::replication_controller {
namespace {

// Returns nullopt unless `json` is an object whose values are texts.
std::optional<StringMap> ReadMap(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  StringMap map;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) return std::nullopt;
    map.Set(key, value.get<std::string>());
  }
  return map;
}

// Returns nullopt unless `json` is a whole number of 32 bits, and not below 0.
std::optional<int32_t> ReadCount(const Json& json) {
  if (!json.is_number_integer()) return std::nullopt;
  const auto count = json.get<int64_t>();
  if (count < 0 || count > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(count);
}

// Returns zero if `json` is no time.
WallTime ReadTime(const Json& json) {
  if (!json.is_string()) return {};
  return ParseTime(json.get_ref<const std::string&>()).value_or(WallTime{});
}

// Returns the member; null if there is none.
const Json& Member(const Json& json, const char* key) {
  static const Json kNull;
  const auto found = json.find(key);
  return found == json.end() ? kNull : *found;
}

Json Operation(const char* op, const char* path, Json value) {
  return {{"op", op}, {"path", path}, {"value", std::move(value)}};
}

}  // namespace

std::string JournalText(const ReplicationController& created, WallTime youngest_pod) {
  return Dump({{"name", created.meta.name},
               {"uid", created.meta.uid.ToString()},
               {"replicas", created.replicas},
               {"minReadySeconds", created.min_ready_seconds},
               {"selector", MapJson(created.selector)},
               {"labels", MapJson(created.meta.labels)},
               {"template", Json::parse(*created.template_json, nullptr, false)},
               {"youngestPod", youngest_pod.IsZero() ? Json() : Json(FormatTime(youngest_pod))}});
}

std::optional<Journal> ParseJournal(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const Json& name = Member(json, "name");
  const Json& uid = Member(json, "uid");
  const std::optional<int32_t> replicas = ReadCount(Member(json, "replicas"));
  const std::optional<int32_t> min_ready_seconds = ReadCount(Member(json, "minReadySeconds"));
  const Json& pod_template = Member(json, "template");
  const std::optional<StringMap> selector = ReadMap(Member(json, "selector"));
  const std::optional<StringMap> labels = ReadMap(Member(json, "labels"));
  if (!name.is_string() || !uid.is_string() || !replicas || !min_ready_seconds ||
      !pod_template.is_object() || !selector || selector->empty() || !labels) {
    return std::nullopt;
  }
  return Journal{.name = name.get<std::string>(),
                 .uid = uid.get<std::string>(),
                 .replicas = *replicas,
                 .min_ready_seconds = *min_ready_seconds,
                 .selector = *selector,
                 .labels_json = Dump(Member(json, "labels")),
                 .template_json = Dump(pod_template),
                 .youngest_pod = ReadTime(Member(json, "youngestPod"))};
}

Request BecomeWhatJournalSays(const ReplicationController& old, const Journal& journal) {
  const Json operations = {
      Operation("replace", "/spec/selector", MapJson(journal.selector)),
      Operation("replace", "/spec/template", Json::parse(journal.template_json, nullptr, false)),
      Operation("replace", "/spec/replicas", journal.replicas),
      Operation("add", "/spec/minReadySeconds", journal.min_ready_seconds),
      Operation("add", "/metadata/labels", Json::parse(journal.labels_json, nullptr, false))};
  return Request::JsonPatch(resources::kReplicationControllers, VersionOf(old.meta),
                            Dump(operations));
}

bool HasBecome(const ReplicationController& old, const Journal& journal) {
  return old.selector == journal.selector;
}

}  // namespace windlass::replication_controller
