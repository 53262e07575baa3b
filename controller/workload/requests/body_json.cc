#include "controller/workload/requests/body_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/api/canonical.h"

namespace windlass::workload {

Error Malformed(std::string message) { return {ErrorKind::kMalformed, std::move(message)}; }

Json TextOf(const Symbol& symbol) { return std::string(symbol.text()); }

Result<Json> TemplateWithoutHash(const std::string& template_json) {
  Json pod_template = Json::parse(template_json, nullptr, /*allow_exceptions=*/false);
  if (!pod_template.is_object()) return Malformed("spec.template: is not a JSON object");
  const Json::json_pointer labels("/metadata/labels");
  if (pod_template.contains(labels) && pod_template[labels].is_object()) {
    pod_template[labels].erase(std::string(kPodTemplateHashLabel));
  }
  return pod_template;
}

}  // namespace windlass::workload
