// Durations as Go programs and Kubernetes write them: "1m30s".
#pragma once

#include <optional>
#include <string_view>

#include "kubeclient/base/clock.h"

namespace windlass {

// Returns the duration that `text` names: "15s", "1m30s", "500ms", "1.5h", "0s". The units are ms,
// s, m and h. Returns nullopt for any other text, and for more than 365 days.
std::optional<Duration> ParseDuration(std::string_view text);

}  // namespace windlass
