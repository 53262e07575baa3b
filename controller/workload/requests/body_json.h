// Helpers for the JSON of request bodies, and for the template that a rollback writes to a
// workload.
#pragma once

#include <string>

#include "kubeclient/api/json_value.h"
#include "kubeclient/api/symbol.h"
#include "kubeclient/base/result.h"

namespace windlass::workload {

Error Malformed(std::string message);

Json TextOf(const Symbol& symbol);

// Returns the template of a ReplicaSet without the label pod-template-hash, otherwise unchanged.
// Returns kMalformed if `template_json` is not a JSON object.
Result<Json> TemplateWithoutHash(const std::string& template_json);

}  // namespace windlass::workload
