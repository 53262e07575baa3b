#include "controller/workload/refused_strategy.h"

namespace windlass::workload {

std::optional<Step> RefuseStrategy(const Workload& workload) {
  if (workload.strategy_error.empty()) return std::nullopt;
  return Failed{.error = {ErrorKind::kInvalid, workload.strategy_error},
                .retry = Retry::kOnSpecChange};
}

}  // namespace windlass::workload
