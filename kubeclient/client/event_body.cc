#include "kubeclient/client/event_body.h"

#include <nlohmann/json.hpp>

#include "kubeclient/api/json_value.h"
#include "kubeclient/api/time.h"

namespace windlass {
namespace {

nlohmann::json InvolvedObject(const ObjectReference& about) {
  nlohmann::json object = {
      {"apiVersion", about.api_version}, {"kind", about.kind}, {"name", about.key.name}};
  if (!about.key.namespace_.empty()) object["namespace"] = about.key.namespace_.text();
  if (!about.uid.IsZero()) object["uid"] = about.uid.ToString();
  if (!about.resource_version.empty()) object["resourceVersion"] = about.resource_version.text;
  return object;
}

}  // namespace

ObjectKey EventKey(const EventSeries& series) {
  const Symbol& namespace_ = series.about.key.namespace_;
  return {namespace_.empty() ? Symbol("default") : namespace_, series.name};
}

std::string EventBody(const EventSeries& series) {
  const ObjectKey key = EventKey(series);
  const bool warning = series.event.type == Event::Type::kWarning;
  nlohmann::json metadata = {{"namespace", key.namespace_.text()}, {"name", key.name}};
  if (!series.event.annotations.empty()) metadata["annotations"] = series.event.annotations;
  const nlohmann::json body = {{"apiVersion", resources::kEvents.GroupVersion()},
                               {"kind", resources::kEvents.kind},
                               {"metadata", metadata},
                               {"involvedObject", InvolvedObject(series.about)},
                               {"reason", series.event.reason},
                               {"message", series.event.message},
                               {"type", warning ? "Warning" : "Normal"},
                               {"source", {{"component", series.event.component}}},
                               {"reportingComponent", series.event.component},
                               {"reportingInstance", ""},
                               {"firstTimestamp", FormatTime(series.first)},
                               {"lastTimestamp", FormatTime(series.last)},
                               {"count", series.count}};
  return DumpJson(body);
}

std::string EventCountPatch(const EventSeries& series) {
  nlohmann::json patch = {{"count", series.count},
                          {"lastTimestamp", FormatTime(series.last)},
                          {"message", series.event.message}};
  if (!series.event.annotations.empty()) {
    patch["metadata"]["annotations"] = series.event.annotations;
  }
  return DumpJson(patch);
}

}  // namespace windlass
