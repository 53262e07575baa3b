#include "controller/workload/request_body.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace windlass::workload {

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error Malformed(std::string message) { return {ErrorKind::kMalformed, std::move(message)}; }

Json TextOf(const Symbol& symbol) { return std::string(symbol.text()); }

}  // namespace windlass::workload
