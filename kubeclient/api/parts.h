// Reduces an answer to the parts that its reader looks at. A list may have 32 MiB, and a sync keeps
// all answers until it ends.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

// How large the parts of a list or an object may be, as text.
inline constexpr size_t kPartsBytesMax = size_t{4} << 20U;

// Returns `{"items": [...]}`. Each item has only its parts at `pointers`, such as "/metadata/name".
// An item without these parts stays, as an empty object. Errors: kMalformed if `list` is no list,
// kTooLarge if the parts have more than kPartsBytesMax.
Result<std::string> KeepPartsOfItems(std::string_view list,
                                     std::span<const std::string_view> pointers);
// Like KeepPartsOfItems, for one object.
Result<std::string> KeepParts(std::string_view object, std::span<const std::string_view> pointers);

}  // namespace windlass
