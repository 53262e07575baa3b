#include "controller/replication_controller/annotations.h"

#include <nlohmann/json.hpp>

#include "controller/replication_controller/json.h"

namespace windlass::replication_controller {
namespace {

// Returns the map at the path; nullopt unless it is an object whose values are texts.
std::optional<StringMap> MapAt(const Json& json, const char* pointer) {
  const Json& object = At(json, pointer);
  StringMap map = MapOf(object);
  if (!object.is_object() || map.size() != object.size()) return std::nullopt;
  return map;
}

}  // namespace

std::string JournalText(const ReplicationController& created) {
  return Dump({{"name", created.meta.name},
               {"uid", created.meta.uid.ToString()},
               {"replicas", created.replicas},
               {"minReadySeconds", created.min_ready_seconds},
               {"selector", MapJson(created.selector)},
               {"labels", MapJson(created.meta.labels)},
               {"template", Parse(*created.template_json)}});
}

std::optional<Journal> ParseJournal(std::string_view text) {
  const Json json = Parse(text);
  const std::optional<int32_t> replicas = CountAt(json, "/replicas");
  const std::optional<int32_t> min_ready_seconds = CountAt(json, "/minReadySeconds");
  const std::optional<StringMap> selector = MapAt(json, "/selector");
  const std::optional<StringMap> labels = MapAt(json, "/labels");
  Journal journal{.name = TextAt(json, "/name"),
                  .uid = TextAt(json, "/uid"),
                  .replicas = replicas.value_or(0),
                  .min_ready_seconds = min_ready_seconds.value_or(0),
                  .selector = selector.value_or(StringMap()),
                  .labels = labels.value_or(StringMap()),
                  .template_json = Dump(At(json, "/template"))};
  const bool whole = !journal.name.empty() && !journal.uid.empty() && replicas &&
                     min_ready_seconds && labels && At(json, "/template").is_object();
  return whole && !journal.selector.empty() ? std::optional(std::move(journal)) : std::nullopt;
}

}  // namespace windlass::replication_controller
