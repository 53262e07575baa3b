// JSON values: parsed, looked into, and written as text. Nothing here throws.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/selector.h"
#include "kubeclient/api/string_map.h"

namespace windlass {

// The type of every value that has as many keys as its author likes, such as a Pod template with
// 38,000 labels. An object sorts its keys, so a look-up among 38,000 takes 16 comparisons.
// nlohmann::ordered_json would compare each key with all keys before it, 722 million times while it
// parses those labels. The order of the keys means nothing to the API server.
using Json = nlohmann::json;

// Returns `value` as text. Replaces bytes that are not UTF-8, as the API server itself does. By
// default the JSON library would throw for such bytes, and most values contain texts that other
// clients wrote.
std::string DumpJson(const Json& value);
// The same for our own short notes, whose keys are in the order in which the documentation shows
// them.
std::string DumpJson(const nlohmann::ordered_json& note);

// Returns the value that `text` spells. If `text` is not JSON, returns an invalid value, which is
// neither an object nor a list.
Json ParseJson(std::string_view text);

// Returns the labels or annotations as an object.
Json MapJson(const StringMap& map);
// Returns the members of `object` whose values are texts; an empty map if `object` is not an
// object.
StringMap MapOf(const Json& object);

// Returns `object` as a metav1.LabelSelector. Returns a selector that matches everything if
// `object` is null or has no requirement.
LabelSelector LabelSelectorIn(const Json& object);

// Returns a reference to the value at a path such as "/metadata/name". The reference is valid as
// long as `object`. If `object` has no such value, returns a reference to a null that is always
// valid.
const Json& At(const Json& object, const char* pointer);
// Returns the text at the path; "" if there is no text.
std::string TextAt(const Json& object, const char* pointer);
// Returns the 32-bit whole number at the path; nullopt if there is no such number, or if it is
// below 0.
std::optional<int32_t> CountAt(const Json& object, const char* pointer);

}  // namespace windlass
