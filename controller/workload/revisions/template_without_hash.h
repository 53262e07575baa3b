// The template that a rollback gives back to a workload.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "controller/workload/body_json.h"
#include "kubeclient/base/result.h"

namespace windlass::workload {

// Returns the template of a ReplicaSet without the hash label, otherwise unchanged. Returns
// kMalformed if `template_json` is no JSON object.
Result<Json> TemplateWithoutHash(const std::string& template_json);

}  // namespace windlass::workload
