// The size that the old controller had before an update whose new controller somebody deleted on
// the way. The live size is a smaller one by then (RC-8).
#pragma once

#include <cstdint>
#include <optional>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

struct SizeOrAsk {
  int32_t size = 0;
  std::optional<Step> ask{};  // must be answered first
};
// Returns spec.replicas of the old controller; or original-replicas, if that is larger, and the
// controller that it was noted for does not exist any more. Example: 10 to 10, cut off at 4 old
// Pods by a deletion of the new controller: 10. Requires the old controller.
SizeOrAsk SizeBefore(const Situation& situation);

}  // namespace windlass::replication_controller
