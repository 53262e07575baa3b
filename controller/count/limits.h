// maxSurge and maxUnavailable as numbers of Pods, for every rollout that scales one set of Pods up
// and another one down. Source: D-250, D-251; upstream ResolveFenceposts.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/base/result.h"

namespace windlass {

struct CountLimits {
  int32_t surge = 0;        // Pods allowed above the desired number
  int32_t unavailable = 0;  // Pods that may be missing from the desired number
  bool operator==(const CountLimits&) const = default;
};

// Resolves percentages of `desired`: surge rounds up, unavailable rounds down. Example: 25 % of 10
// is 2.5: surge 3, unavailable 2. An absent value is 0. If both resolve to 0, unavailable
// becomes 1, because a surge may be impossible under quota (D-251). A result may be larger than
// `desired`.
//
// Returns kInvalid for a value that is neither a count nor a percentage. The message names the
// field of the value. `field` is the object that has the fields maxSurge and maxUnavailable.
// Example: "spec" gives "spec.maxSurge" (D-250, B-34).
Result<CountLimits> ResolveLimits(int32_t desired, const std::optional<IntOrPercent>& max_surge,
                                  const std::optional<IntOrPercent>& max_unavailable,
                                  std::string_view field);

}  // namespace windlass
