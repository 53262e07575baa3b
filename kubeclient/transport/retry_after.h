// The Retry-After header (R-055, BI-73).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kubeclient/base/clock.h"

namespace windlass {

// The longest wait that we grant to the API server. A longer Retry-After is cut to this.
inline constexpr int64_t kRetryAfterMsMax = 60000;

// Returns the wait of a header that holds whole seconds, clamped to [0, kRetryAfterMsMax]; "-5" is
// 0 s. Returns nullopt for anything else, also for a date: the server computes the date from its
// own clock, and our clock may differ.
std::optional<Duration> ParseRetryAfter(std::string_view header);

}  // namespace windlass
