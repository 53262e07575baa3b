// metav1.Time (RFC 3339, UTC, whole seconds) and metav1.MicroTime (six digits) as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/base/clock.h"

namespace windlass {

std::string FormatTime(WallTime time);             // "2026-01-02T15:04:05Z"
std::string FormatMicroTime(int64_t unix_micros);  // "2026-01-02T15:04:05.000000Z"

// ParseTime and ParseMicroTime accept an RFC 3339 time with any zone offset and any fraction of a
// second. 'T' and 'Z' must be capital letters, and the second at most 59. Digits that the result
// cannot hold are cut off, not rounded. Both return nullopt for any other text.
std::optional<WallTime> ParseTime(std::string_view text);
std::optional<int64_t> ParseMicroTime(std::string_view text);  // microseconds since 1970

}  // namespace windlass
