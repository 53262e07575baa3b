#include "controller/deployment/strategy.h"

namespace windlass::deployment {

std::optional<Step> RefuseStrategy(const Workload& workload) {
  if (workload.strategy_error.empty()) return std::nullopt;
  return Failed{.error = {ErrorKind::kInvalid, workload.strategy_error},
                .retry = Retry::kOnSpecChange};
}

}  // namespace windlass::deployment
