// Where two JSON values differ, as an RFC 6901 pointer; and access to members that may be missing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace windlass::in_place {

using Json = nlohmann::json;

// Return the member of an object, or the value at an RFC 6901 pointer; JSON null if there is none.
const Json& Member(const Json& object, std::string_view key);
const Json& At(const Json& value, const char* pointer);

// Return one step of a pointer: "/<key>" with '~' and '/' escaped, or "/<index>".
std::string PointerTo(std::string_view key);
std::string PointerTo(size_t index);

// Returns a pointer to the first place, in the order of keys and elements, where the values differ:
// only one of them has it, or both have it with different contents. The pointer is "" if the values
// as a whole differ, as a number and a text do. Returns nullopt if they are equal.
std::optional<std::string> FirstDifference(const Json& a, const Json& b);

}  // namespace windlass::in_place
