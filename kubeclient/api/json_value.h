// JSON values: parsed, looked into, and written as text. Nothing here throws.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/selector.h"
#include "kubeclient/api/string_map.h"
#include "kubeclient/base/clock.h"

namespace windlass {

// Keeps the order of its members, so that what a user wrote is sent as it was written.
using OrderedJson = nlohmann::ordered_json;

// Returns the text. Bytes that are not UTF-8 are replaced, as the API server itself does: texts of
// others are in most values, and the default of the JSON library is to throw.
std::string DumpJson(const OrderedJson& value);
std::string DumpJson(const nlohmann::json& value);

// Returns the value; an invalid one, which is neither an object nor a list, if the text is no JSON.
OrderedJson ParseJson(std::string_view text);

// Returns the labels or annotations as an object.
OrderedJson MapJson(const StringMap& map);
// Returns the members whose values are texts; none of what is no object.
StringMap MapOf(const OrderedJson& object);

// Each returns null for what is absent (empty, zero, nullopt), so that a merge patch removes the
// field.
OrderedJson TextOrNull(std::string_view text);
OrderedJson TimeOrNull(WallTime time);
OrderedJson NumberOrNull(const std::optional<int64_t>& number);

// Returns a metav1.LabelSelector; one that selects everything if `object` says nothing.
LabelSelector LabelSelectorIn(const OrderedJson& object);

// Returns a reference to the value at a path such as "/metadata/name", valid as long as `object`;
// to a null that lasts if `object` has no such value.
const OrderedJson& At(const OrderedJson& object, const char* pointer);
// Returns the text at the path; "" if there is none.
std::string TextAt(const OrderedJson& object, const char* pointer);
// Returns the whole number of 32 bits at the path; nullopt if there is none, or it is below 0.
std::optional<int32_t> CountAt(const OrderedJson& object, const char* pointer);

}  // namespace windlass
