// JSON of request bodies. Members keep the order in which they are written.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "kubeclient/api/symbol.h"
#include "kubeclient/base/result.h"

namespace windlass::workload {

using Json = nlohmann::ordered_json;

Error Malformed(std::string message);

Json TextOf(const Symbol& symbol);

}  // namespace windlass::workload
