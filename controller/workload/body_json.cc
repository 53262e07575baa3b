#include "controller/workload/body_json.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace windlass::workload {

Error Malformed(std::string message) { return {ErrorKind::kMalformed, std::move(message)}; }

Json TextOf(const Symbol& symbol) { return std::string(symbol.text()); }

}  // namespace windlass::workload
