#include "controller/workload/sizes/fenceposts.h"

#include <algorithm>

#include "controller/count/limits.h"

namespace windlass::workload {

Result<Fenceposts> ResolveFenceposts(int32_t replicas, const std::optional<IntOrPercent>& max_surge,
                                     const std::optional<IntOrPercent>& max_unavailable,
                                     std::string_view field) {
  WINDLASS_TRY(const CountLimits limits,
               ResolveLimits(replicas, max_surge, max_unavailable, field));
  return Fenceposts{.desired = replicas,
                    .surge = limits.surge,
                    .max_unavailable = std::min(limits.unavailable, replicas)};
}

}  // namespace windlass::workload
