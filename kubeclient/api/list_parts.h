// A list of which little is looked at, without the rest: its text may have 32 MiB, and who waits
// for the next answer keeps this one.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

// How large the parts of all items may be, as text.
inline constexpr size_t kListPartsBytesMax = size_t{4} << 20U;

// Returns the list with the parts of its items at `pointers`, such as "/metadata/name", and without
// the rest of them. An item without these parts stays, as an empty object. Errors: kMalformed if
// `list` is no list, kTooLarge if the parts have more than kListPartsBytesMax.
Result<std::string> KeepParts(std::string_view list, std::span<const std::string_view> pointers);

}  // namespace windlass
