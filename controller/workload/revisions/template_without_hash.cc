#include "controller/workload/revisions/template_without_hash.h"

#include <nlohmann/json.hpp>

#include "kubeclient/api/canonical.h"

namespace windlass::workload {

Result<Json> TemplateWithoutHash(const std::string& template_json) {
  Json pod_template = Json::parse(template_json, nullptr, /*allow_exceptions=*/false);
  if (!pod_template.is_object()) return Malformed("spec.template: is no JSON object");
  const Json::json_pointer labels("/metadata/labels");
  if (pod_template.contains(labels) && pod_template[labels].is_object()) {
    pod_template[labels].erase(std::string(kPodTemplateHashLabel));
  }
  return pod_template;
}

}  // namespace windlass::workload
