// maxSurge and maxUnavailable of a workload, resolved to Pods. Source: D-250…D-255.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "controller/workload/workload.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/base/result.h"

namespace windlass::workload {

// Resolves both limits as ResolveLimits does (controller/count/limits.h), and caps max_unavailable
// at replicas. Surge is not capped, and an absolute surge stays even if replicas is 0 (D-252,
// D-253). Example: 10 replicas, both 25 %: surge 3, max_unavailable 2.
//
// Returns kInvalid for a value that is neither a count nor a percentage. The message names the
// field with that value, as a member of `field`: "spec.strategy.rollingUpdate" gives
// "spec.strategy.rollingUpdate.maxSurge" (D-250, B-34).
Result<Fenceposts> ResolveFenceposts(int32_t replicas, const std::optional<IntOrPercent>& max_surge,
                                     const std::optional<IntOrPercent>& max_unavailable,
                                     std::string_view field);

}  // namespace windlass::workload
