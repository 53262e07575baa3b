#include "test/sim/unknown_fields.h"

#include <nlohmann/json.hpp>

namespace windlass::sim {
namespace {

void Drop(Json& value, const std::string& path, std::vector<std::string>& dropped) {
  if (value.is_array()) {
    for (size_t i = 0; i < value.size(); ++i) {
      Drop(value[i], path + "[" + std::to_string(i) + "]", dropped);
    }
    return;
  }
  if (!value.is_object()) return;
  for (auto at = value.begin(); at != value.end();) {
    const std::string field = path.empty() ? at.key() : path + "." + at.key();
    if (at.key().starts_with("noSuch")) {
      dropped.push_back(field);
      at = value.erase(at);
    } else {
      Drop(*at, field, dropped);
      ++at;
    }
  }
}

}  // namespace

std::vector<std::string> DropUnknownFields(Json& object) {
  std::vector<std::string> dropped;
  Drop(object, "", dropped);
  return dropped;
}

std::string StrictDecodingError(const std::vector<std::string>& unknown) {
  std::string text = "strict decoding error: ";
  for (const std::string& field : unknown) {
    if (&field != &unknown.front()) text += ", ";
    text.append("unknown field \"").append(field).append("\"");
  }
  return text;
}

}  // namespace windlass::sim
