// How long ago something was, as kubectl's column AGE writes it.
#pragma once

#include <optional>
#include <string>

#include "kubeclient/base/clock.h"

namespace windlass::cli {

// Examples: "45s", "5m30s", "95m", "3h20m", "36h", "5d3h", "41d". Never negative.
std::string AgeText(seconds age);
// Returns "<unknown>" for a time that is not known.
std::string AgeText(std::optional<WallTime> since, WallTime now);

}  // namespace windlass::cli
