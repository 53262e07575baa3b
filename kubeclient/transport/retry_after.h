// The Retry-After header (R-055, BI-73).
#pragma once

#include <optional>
#include <string_view>

#include "kubeclient/base/clock.h"

namespace windlass {

// The form in seconds, clamped to [0, kRetryAfterMsMax]. The date form, and whatever else is not a
// whole number, counts as absent: it would need the server's clock.
std::optional<Duration> ParseRetryAfter(std::string_view header);

}  // namespace windlass
