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

// Keeps the order of its members, so that what a user wrote is sent as it was written.
using OrderedJson = nlohmann::ordered_json;

// Returns `value` as text. Replaces bytes that are not UTF-8, as the API server itself does. Most
// values contain texts of other clients, and by default the JSON library throws for such bytes.
std::string DumpJson(const OrderedJson& value);
std::string DumpJson(const nlohmann::json& value);

// Returns the value that `text` spells. If `text` is not JSON, returns an invalid value, which is
// neither an object nor a list.
OrderedJson ParseJson(std::string_view text);

// Returns the labels or annotations as an object.
OrderedJson MapJson(const StringMap& map);
// Returns the members of `object` whose values are texts; none if it is not an object.
StringMap MapOf(const OrderedJson& object);

// Returns the metav1.LabelSelector in `object`; a selector for everything if `object` has no
// requirement.
LabelSelector LabelSelectorIn(const OrderedJson& object);

// Returns a reference to the value at a path such as "/metadata/name", valid as long as `object`.
// If `object` has no such value, returns a reference to a null that is always valid.
const OrderedJson& At(const OrderedJson& object, const char* pointer);
// Returns the text at the path; "" if there is none.
std::string TextAt(const OrderedJson& object, const char* pointer);
// Returns the 32-bit whole number at the path; nullopt if there is none, or if it is below 0.
std::optional<int32_t> CountAt(const OrderedJson& object, const char* pointer);

}  // namespace windlass
