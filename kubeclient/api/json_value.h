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

// Objects of this type keep the order of their members. So if we send an object that a user wrote,
// its members are in the order that the user chose.
using OrderedJson = nlohmann::ordered_json;

// Returns `value` as text. Replaces bytes that are not UTF-8, as the API server itself does. By
// default the JSON library would throw for such bytes, and most values contain texts that other
// clients wrote.
std::string DumpJson(const OrderedJson& value);
std::string DumpJson(const nlohmann::json& value);

// Returns the value that `text` spells. If `text` is not JSON, returns an invalid value, which is
// neither an object nor a list.
OrderedJson ParseJson(std::string_view text);

// Returns the labels or annotations as an object.
OrderedJson MapJson(const StringMap& map);
// Returns the members of `object` whose values are texts; an empty map if `object` is not an
// object.
StringMap MapOf(const OrderedJson& object);

// Returns `object` as a metav1.LabelSelector. Returns a selector that matches everything if
// `object` is null or has no requirement.
LabelSelector LabelSelectorIn(const OrderedJson& object);

// Returns a reference to the value at a path such as "/metadata/name". The reference is valid as
// long as `object`. If `object` has no such value, returns a reference to a null that is always
// valid.
const OrderedJson& At(const OrderedJson& object, const char* pointer);
// Returns the text at the path; "" if there is no text.
std::string TextAt(const OrderedJson& object, const char* pointer);
// Returns the 32-bit whole number at the path; nullopt if there is no such number, or if it is
// below 0.
std::optional<int32_t> CountAt(const OrderedJson& object, const char* pointer);

}  // namespace windlass
