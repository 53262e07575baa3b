// The Retry-After header (R-055, reliability B-73).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kubeclient/base/clock.h"

namespace windlass {

// The longest wait that the API server can ask for. A longer one is cut to this.
inline constexpr int64_t kRetryAfterMsMax = 60000;

// The form in seconds, clamped to [0, kRetryAfterMsMax]. The date form, and whatever else is not a
// whole number, counts as absent: it would need the server's clock.
std::optional<Duration> ParseRetryAfter(std::string_view header);

}  // namespace windlass
