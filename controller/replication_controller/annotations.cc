#include "controller/replication_controller/annotations.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "kubeclient/api/json_value.h"

namespace windlass::replication_controller {

std::string JournalText(const ReplicationController& created) {
  const Json journal = {{"name", created.meta.name},
                        {"uid", created.meta.uid.ToString()},
                        {"source", Annotation(created, kSourceId)},
                        {"replicas", created.replicas},
                        {"minReadySeconds", created.min_ready_seconds},
                        {"selector", MapJson(created.selector)},
                        {"labels", MapJson(created.meta.labels)},
                        {"template", ParseJson(*created.template_json)}};
  return DumpJson(journal);
}

std::optional<ReplicationController> ParseJournal(std::string_view text) {
  const Json json = ParseJson(text);
  const std::optional<Uid> uid = Uid::Parse(TextAt(json, "/uid"));
  const std::optional<int32_t> replicas = CountAt(json, "/replicas");
  const std::optional<int32_t> min_ready_seconds = CountAt(json, "/minReadySeconds");
  const Json& selector = At(json, "/selector");
  const Json& labels = At(json, "/labels");
  const Json& pod_template = At(json, "/template");
  ReplicationController was;
  was.meta.name = TextAt(json, "/name");
  was.meta.labels = MapOf(labels);
  was.meta.annotations.Set(kSourceId, TextAt(json, "/source"));
  was.selector = MapOf(selector);
  const bool whole = !was.meta.name.empty() && uid && replicas && min_ready_seconds &&
                     !was.selector.empty() && was.selector.size() == selector.size() &&
                     labels.is_object() && was.meta.labels.size() == labels.size();
  if (!whole || !pod_template.is_object()) return std::nullopt;
  was.meta.uid = *uid;
  was.replicas = *replicas;
  was.min_ready_seconds = *min_ready_seconds;
  was.template_json = std::make_shared<const std::string>(DumpJson(pod_template));
  return was;
}

}  // namespace windlass::replication_controller
