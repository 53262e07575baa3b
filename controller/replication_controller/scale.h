// The arithmetic of a rolling update of two ReplicationControllers: the next size of either. Pure;
// the same sequences as kubectl 1.17 (RC-9, RC-10). Old Pods count as available, whether they are
// or not, so that a broken old set cannot hold up its own replacement.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/base/result.h"

namespace windlass::replication_controller {

// "Old" is the controller that is scaled down, "new" the one that is scaled up, also in a rollback.
struct TwoCounts {
  int32_t old_spec = 0;       // spec.replicas
  int32_t new_spec = 0;       // spec.replicas
  int32_t new_available = 0;  // Pods of the new one that are ready for minReadySeconds
  int32_t desired = 0;        // what new_spec shall be at the end
};

struct ScaleLimits {
  int32_t surge = 0;
  int32_t min_available = 0;
  int64_t max_total = 0;  // desired + surge
  bool operator==(const ScaleLimits&) const = default;
};

// Resolves spec.maxSurge (absent: 1) and spec.maxUnavailable (absent: 0) by `desired`. If nothing
// is desired, nothing has to be available. Example: 10 desired, surge 20 %, unavailable 10 %: at
// most 12 Pods, at least 9 available. Returns kInvalid, which names the field, for a value that is
// neither a count nor a percentage (RC-9).
Result<ScaleLimits> ResolveScaleLimits(int32_t desired,
                                       const std::optional<IntOrPercent>& max_surge,
                                       const std::optional<IntOrPercent>& max_unavailable);

// Returns the next size of the new controller; nullopt if it stays. It grows as far as the surge
// allows, and at once to `desired` if the old one has no replicas. Example: 10 desired, surge 3, 10
// old, 0 new: 13 − 10 = 3 (RC-10).
std::optional<int32_t> ScaleUp(const TwoCounts& counts, const ScaleLimits& limits);

// Returns the next size of the old controller; nullopt if it stays. It shrinks as far as
// min_available allows: to 0 once the new one is complete. Example: 10 desired, 10 must be
// available, 10 old, 3 new of which 1 is available: 13 − 10 − 2 = 1 may go: 9 (RC-10).
std::optional<int32_t> ScaleDown(const TwoCounts& counts, const ScaleLimits& limits);

}  // namespace windlass::replication_controller
