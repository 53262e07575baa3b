#include "controller/replication_controller/json.h"

#include <nlohmann/json.hpp>

namespace windlass::replication_controller {

std::string Dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json MapJson(const StringMap& map) {
  Json json = Json::object();
  for (const auto& [key, value] : map) json[std::string(key.text())] = value.text();
  return json;
}

}  // namespace windlass::replication_controller
