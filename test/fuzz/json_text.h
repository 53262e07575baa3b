// JSON as every parser must read it, to hold ours against nlohmann's.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace windlass::fuzz {

// The value of `text`. Nullopt when it is no JSON, and where parsers may differ: repeated keys, a
// byte order mark, NUL characters.
std::optional<nlohmann::json> PlainJson(std::string_view text);

// Whether writing the value again may spell a number in another way.
bool HasFractions(const nlohmann::json& value);

}  // namespace windlass::fuzz
