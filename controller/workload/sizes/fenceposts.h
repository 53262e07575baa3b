// maxSurge and maxUnavailable of a workload, resolved to Pods. Source: D-250…D-255.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "controller/workload/workload.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/base/result.h"

namespace windlass::workload {

// Resolves both limits with ResolveLimits (controller/count/limits.h), and then lowers
// max_unavailable to `replicas` if it is higher. Surge is not lowered: an absolute surge of 3 stays
// 3 even if `replicas` is 0 (D-252, D-253). Example: 10 replicas, both 25 % (2.5): surge 3,
// max_unavailable 2.
//
// Returns kInvalid for a value that is neither a count nor a percentage. The message names the
// value's field, a member of `field`. Example: "spec.strategy.rollingUpdate.maxSurge" for `field`
// "spec.strategy.rollingUpdate" (D-250, B-34).
Result<Fenceposts> ResolveFenceposts(int32_t replicas, const std::optional<IntOrPercent>& max_surge,
                                     const std::optional<IntOrPercent>& max_unavailable,
                                     std::string_view field);

}  // namespace windlass::workload
