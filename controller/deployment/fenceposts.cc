#include "controller/deployment/fenceposts.h"

#include <algorithm>
#include <optional>
#include <string>

namespace windlass::deployment {
namespace {

Result<int32_t> ResolveField(const char* field, const std::optional<IntOrPercent>& value,
                             int32_t replicas, bool round_up) {
  if (!value) return 0;  // the API server always sets both
  Result<int32_t> pods = Resolve(*value, replicas, round_up);
  if (!pods.ok()) return std::move(pods).error().Context(field);
  return pods;
}

}  // namespace

Result<Fenceposts> ResolveFenceposts(const DeploymentSpec& spec) {
  Fenceposts limits{.desired = spec.replicas};
  if (!(spec.strategy_type == "RollingUpdate")) return limits;

  WINDLASS_TRY(limits.surge, ResolveField("spec.strategy.rollingUpdate.maxSurge", spec.max_surge,
                                          spec.replicas, true));
  WINDLASS_TRY(limits.max_unavailable, ResolveField("spec.strategy.rollingUpdate.maxUnavailable",
                                                    spec.max_unavailable, spec.replicas, false));
  if (limits.surge == 0 && limits.max_unavailable == 0) limits.max_unavailable = 1;
  limits.max_unavailable = std::min(limits.max_unavailable, spec.replicas);
  return limits;
}

}  // namespace windlass::deployment
