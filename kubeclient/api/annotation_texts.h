// Reads only the annotations from an object's JSON, because the JSON may have megabytes.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace windlass {

// Returns the texts of the annotations for whose keys `wanted` returns true, by key. `object_json`
// may also be a merge patch. Returns nullopt if it is not JSON.
std::optional<std::map<std::string, std::string>> AnnotationTexts(
    std::string_view object_json, const std::function<bool(std::string_view key)>& wanted);

}  // namespace windlass
