// minReadySeconds: from when a Pod that is ready counts as available. Upstream IsPodAvailable.
#pragma once

#include <cstdint>
#include <optional>

#include "kubeclient/base/clock.h"

namespace windlass {

// Returns when a Pod becomes available. The Pod has been Ready since `since`, and stays Ready. The
// first case that applies counts:
//   - `min_ready_seconds` is 0 or less: WallTime{}, which is always in the past. The Pod is
//     available even if the node's clock is ahead of ours
//   - `since` is zero, because condition Ready has no time: nullopt (never), like upstream
//   - otherwise: `since` plus `min_ready_seconds`. Example: ready at 08:00:00, 30 s: 08:00:30
inline std::optional<WallTime> PodAvailableFrom(WallTime since, int32_t min_ready_seconds) {
  if (min_ready_seconds <= 0) return WallTime{};
  if (since.IsZero()) return std::nullopt;
  return since + seconds(min_ready_seconds);
}

}  // namespace windlass
