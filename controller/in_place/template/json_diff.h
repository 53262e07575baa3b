// Finds where two JSON values differ, as an RFC 6901 pointer, and reads a member that may be
// missing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/json_value.h"

namespace windlass::in_place {

// Returns the member of an object; JSON null if there is no such member.
const Json& Member(const Json& object, std::string_view key);

// Return one step of a pointer: "/<key>" with '~' and '/' escaped, or "/<index>".
std::string PointerTo(std::string_view key);
std::string PointerTo(size_t index);

// Returns a pointer to the first place, in the order of keys and elements, where `a` and `b`
// differ; nullopt if they are equal. Example: {"a":{"b":1}} and {"a":{"b":2}}: "/a/b". A key or
// element that one of the two lacks is such a place. "" means that they differ as a whole, as 1 and
// "x" do.
std::optional<std::string> FirstDifference(const Json& a, const Json& b);

}  // namespace windlass::in_place
