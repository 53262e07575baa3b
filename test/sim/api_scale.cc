#include "test/sim/api_scale.h"

#include <nlohmann/json.hpp>

#include "controller/api/custom_resources.h"
#include "test/sim/api_selector.h"

namespace windlass::sim {
namespace {

std::string SelectorText(const Json& object) {
  const Json labels = At(LabelSelectorOf(object), {"matchLabels"});
  std::string text;
  if (!labels.is_object()) return text;
  for (const auto& [key, value] : labels.items()) {
    text += (text.empty() ? "" : ",") + key + "=" + value.get<std::string>();
  }
  return text;
}

}  // namespace

bool HasScale(const ApiResource& resource) {
  return resource.resource == resources::kDeployments ||
         resource.resource == resources::kReplicaSets ||
         resource.resource == resources::kReplicationControllers ||
         resource.resource == resources::kRollouts;
}

Json ScaleOf(const ApiResource& resource, const Json& object) {
  Json scale = {{"apiVersion", "autoscaling/v1"}, {"kind", "Scale"}};
  for (const char* field : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    scale["metadata"][field] = TextAt(object, {"metadata", field});
  }
  scale["spec"] = Json::object();
  const int64_t replicas = IntAt(object, {"spec", "replicas"});
  if (replicas != 0) scale["spec"]["replicas"] = replicas;
  scale["status"] = {{"replicas", IntAt(object, {"status", "replicas"})}};
  const std::string selector =
      resource.custom ? TextAt(object, {"status", "selector"}) : SelectorText(object);
  if (!selector.empty()) scale["status"]["selector"] = selector;
  return scale;
}

std::variant<Json, ApiAnswer> Scaled(const ApiResource& resource, const Json& current,
                                     const Json& scale) {
  const std::string name = NameOf(current);
  const std::string version = RevisionOf(scale);
  const std::string uid = UidOf(scale);
  if (NameOf(scale) != name) {
    return BadRequest("the name of the object (" + NameOf(scale) +
                      ") does not match the name on the URL (" + name + ")");
  }
  if (!resource.custom && !uid.empty() && uid != UidOf(current)) {
    ApiResource subresource = resource;  // upstream names the sub-resource here
    const std::string plural = std::string(resource.plural) + "/scale";
    subresource.plural = plural;
    return UpdateConflict(subresource, name,
                          "Precondition failed: UID in precondition: " + uid +
                              ", UID in object meta: " + UidOf(current));
  }
  if (!version.empty() && version != RevisionOf(current)) {
    return UpdateConflict(resource, name,
                          "the object has been modified; please apply your changes to the latest "
                          "version and try again");
  }
  Json next = current;
  next["spec"]["replicas"] = IntAt(scale, {"spec", "replicas"});
  return next;
}

ApiAnswer ScaleAnswer(const ApiResource& resource, const ApiAnswer& answer) {
  if (!answer.ok()) return answer;
  return Answer(answer.code, MakeObject(ScaleOf(resource, *answer.body)));
}

}  // namespace windlass::sim
