#include "controller/workload/fenceposts.h"

#include <algorithm>
#include <optional>
#include <string>

namespace windlass::workload {
namespace {

Result<int32_t> ResolveField(const std::string& field, const std::optional<IntOrPercent>& value,
                             int32_t replicas, bool round_up) {
  if (!value) return 0;  // the API server always sets both
  Result<int32_t> pods = Resolve(*value, replicas, round_up);
  if (!pods.ok()) return std::move(pods).error().Context(field);
  return pods;
}

}  // namespace

Result<Fenceposts> ResolveFenceposts(int32_t replicas, const std::optional<IntOrPercent>& max_surge,
                                     const std::optional<IntOrPercent>& max_unavailable,
                                     std::string_view field) {
  Fenceposts limits{.desired = replicas};
  const std::string prefix = std::string(field) + ".";
  WINDLASS_TRY(limits.surge, ResolveField(prefix + "maxSurge", max_surge, replicas, true));
  WINDLASS_TRY(limits.max_unavailable,
               ResolveField(prefix + "maxUnavailable", max_unavailable, replicas, false));
  if (limits.surge == 0 && limits.max_unavailable == 0) limits.max_unavailable = 1;
  limits.max_unavailable = std::min(limits.max_unavailable, replicas);
  return limits;
}

}  // namespace windlass::workload
