#include "controller/count/limits.h"

#include <string>
#include <utility>

namespace windlass {
namespace {

Result<int32_t> ResolveField(const std::string& field, const std::optional<IntOrPercent>& value,
                             int32_t desired, bool round_up) {
  if (!value) return 0;
  Result<int32_t> pods = Resolve(*value, desired, round_up);
  if (!pods.ok()) return std::move(pods).error().Context(field);
  return pods;
}

}  // namespace

Result<CountLimits> ResolveLimits(int32_t desired, const std::optional<IntOrPercent>& max_surge,
                                  const std::optional<IntOrPercent>& max_unavailable,
                                  std::string_view field) {
  CountLimits limits;
  const std::string prefix = std::string(field) + ".";
  WINDLASS_TRY(limits.surge, ResolveField(prefix + "maxSurge", max_surge, desired, true));
  WINDLASS_TRY(limits.unavailable,
               ResolveField(prefix + "maxUnavailable", max_unavailable, desired, false));
  if (limits.surge == 0 && limits.unavailable == 0) limits.unavailable = 1;
  return limits;
}

}  // namespace windlass
