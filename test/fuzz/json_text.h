// JSON as every parser must read it, to compare our parsers with nlohmann's.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace windlass::fuzz {

// Returns the value of `text`. Returns nullopt if `text` is not JSON, and where parsers may differ:
// repeated keys, a byte order mark, NUL characters.
std::optional<nlohmann::json> PlainJson(std::string_view text);

// Returns true if writing the value again may spell a number in another way.
bool HasFractions(const nlohmann::json& value);

}  // namespace windlass::fuzz
