// Where two JSON values differ, as RFC 6901 pointers.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace windlass::in_place {

using Json = nlohmann::json;

// The member of an object, or the element at a pointer; null when there is none.
const Json& Member(const Json& object, std::string_view key);
const Json& At(const Json& value, const char* pointer);

// "/<key>", escaped.
std::string PointerTo(std::string_view key);
std::string PointerTo(size_t index);

// The first place, in the order of keys and elements, that one value has and the other has not, or
// has differently; "" for the values themselves. nullopt when they are equal.
std::optional<std::string> FirstDifference(const Json& a, const Json& b);

}  // namespace windlass::in_place
