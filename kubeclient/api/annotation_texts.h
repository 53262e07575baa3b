// Reads only the annotations from an object's JSON, because the JSON may have megabytes.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace windlass {

// Returns the annotations whose keys `wanted` accepts: a map from the key to the text.
// `object_json` may also be a merge patch. Returns nullopt if `object_json` is not JSON.
std::optional<std::map<std::string, std::string>> AnnotationTexts(
    std::string_view object_json, const std::function<bool(std::string_view key)>& wanted);

}  // namespace windlass
