#include "controller/replication_controller/scale.h"

#include <algorithm>

#include "controller/count/limits.h"

namespace windlass::replication_controller {

Result<ScaleLimits> ResolveScaleLimits(int32_t desired,
                                       const std::optional<IntOrPercent>& max_surge,
                                       const std::optional<IntOrPercent>& max_unavailable) {
  WINDLASS_TRY(
      const CountLimits limits,
      ResolveLimits(desired, max_surge.value_or(IntOrPercent::Int(1)), max_unavailable, "spec"));
  return ScaleLimits{.surge = limits.surge,
                     .min_available = std::max(0, desired - limits.unavailable),
                     .max_total = int64_t{desired} + limits.surge};
}

std::optional<int32_t> ScaleUp(const TwoCounts& counts, const ScaleLimits& limits) {
  if (counts.new_spec == counts.desired) return std::nullopt;
  const int64_t total = int64_t{counts.old_spec} + counts.new_spec;
  int64_t increment = limits.max_total - total;
  if (counts.old_spec == 0) increment = int64_t{counts.desired} - counts.new_spec;
  if (increment <= 0) return std::nullopt;
  const int64_t grown = counts.new_spec + increment;
  return static_cast<int32_t>(std::min(grown, int64_t{counts.desired}));
}

std::optional<int32_t> ScaleDown(const TwoCounts& counts, const ScaleLimits& limits) {
  if (counts.old_spec == 0) return std::nullopt;
  const int64_t total = int64_t{counts.old_spec} + counts.new_spec;
  const int64_t new_unavailable = int64_t{counts.new_spec} - counts.new_available;
  const int64_t decrement = total - limits.min_available - new_unavailable;
  if (decrement <= 0) return std::nullopt;
  return static_cast<int32_t>(std::max<int64_t>(0, counts.old_spec - decrement));
}

}  // namespace windlass::replication_controller
