// JSON of request bodies. Members keep the order in which they are written.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "kubeclient/api/symbol.h"
#include "kubeclient/base/result.h"

namespace windlass::deployment {

using Json = nlohmann::ordered_json;

// Returns the JSON as text. Never throws: bytes that are not UTF-8 are replaced, as the API server
// does.
inline std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

inline Error Malformed(std::string message) { return {ErrorKind::kMalformed, std::move(message)}; }

inline Json TextOf(const Symbol& symbol) { return std::string(symbol.text()); }

}  // namespace windlass::deployment
