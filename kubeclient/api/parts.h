// Reduces an answer of the API server to the parts that the caller reads. This saves memory,
// because a list may have 32 MiB, and a sync keeps what it has read until it ends.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

// The most bytes that the kept parts of a list or an object may have together, as text.
inline constexpr size_t kPartsBytesMax = size_t{4} << 20U;

// Returns `{"items": [...]}`, each item with only its parts at the JSON pointers `pointers`, such
// as "/metadata/name". With that pointer, an item without a name becomes {"metadata":{}}, and an
// item without metadata {}.
// kMalformed: `list` is not a list.
// kTooLarge: the parts have more than kPartsBytesMax bytes.
Result<std::string> KeepPartsOfItems(std::string_view list,
                                     std::span<const std::string_view> pointers);
// Returns `object` with only its parts at `pointers`. Errors are those of KeepPartsOfItems.
Result<std::string> KeepParts(std::string_view object, std::span<const std::string_view> pointers);

}  // namespace windlass
