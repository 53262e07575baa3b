// JSON of request bodies, and the template that a rollback gives back to a workload. Members keep
// the order in which they are written.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "kubeclient/api/symbol.h"
#include "kubeclient/base/result.h"

namespace windlass::workload {

using Json = nlohmann::ordered_json;

Error Malformed(std::string message);

Json TextOf(const Symbol& symbol);

// Returns the template of a ReplicaSet without the hash label, otherwise unchanged. Returns
// kMalformed if `template_json` is not a JSON object.
Result<Json> TemplateWithoutHash(const std::string& template_json);

}  // namespace windlass::workload
