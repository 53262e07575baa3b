#include "test/fuzz/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace windlass::fuzz {

using nlohmann::json;

std::optional<json> PlainJson(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF") || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::vector<std::set<std::string>> keys;  // the keys of every object that is open
  bool repeated = false;
  const auto on_event = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key) {
      repeated = !keys.back().insert(parsed.get<std::string>()).second || repeated;
    }
    return true;
  };
  json value = json::parse(text, on_event, /*allow_exceptions=*/false);
  if (value.is_discarded() || repeated) return std::nullopt;
  return value;
}

bool HasFractions(const json& value) {
  if (value.is_structured()) return std::any_of(value.begin(), value.end(), &HasFractions);
  return value.is_number_float();
}

}  // namespace windlass::fuzz
