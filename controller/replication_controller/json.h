// JSON that keeps the order of its keys, so that a template is sent as it was written.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/string_map.h"

namespace windlass::replication_controller {

using Json = nlohmann::ordered_json;

// Returns the text. An invalid byte of a text from the API server is replaced.
std::string Dump(const Json& value);
// Returns the value; an invalid one, which is neither an object nor a list, if the text is no JSON.
Json Parse(std::string_view text);
// Returns the labels or annotations as an object.
Json MapJson(const StringMap& map);
// Returns a reference to the value at a path such as "/metadata/name", valid as long as `object`;
// to a null that lasts if `object` has no such value.
const Json& At(const Json& object, const char* pointer);
// Returns the text at the path; "" if there is none.
std::string TextAt(const Json& object, const char* pointer);
// Returns the whole number of 32 bits at the path; nullopt if there is none, or it is below 0.
std::optional<int32_t> CountAt(const Json& object, const char* pointer);
// Returns the members whose values are texts; none of what is no object.
StringMap MapOf(const Json& object);
// Returns metadata.labels of spec.template; none if there are none, or it is no JSON.
StringMap LabelsOfTemplate(const std::string& template_json);
// Returns 32 hexadecimal digits that stand for the value.
std::string HashOfJson(const Json& value);

}  // namespace windlass::replication_controller
