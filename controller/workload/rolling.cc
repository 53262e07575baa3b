#include "controller/workload/rolling.h"

#include <algorithm>

namespace windlass::workload {
namespace {

// Availability is never above the size: the status may lag (W-05).
int32_t Available(const ReplicaSetSize& rs) { return std::clamp(rs.available, 0, rs.replicas); }

}  // namespace

int32_t NewReplicaSetSize(const ReplicaSetSize& new_replica_set, int64_t total,
                          const Fenceposts& limits) {
  if (new_replica_set.replicas >= limits.desired) return limits.desired;
  const int64_t room = limits.max_total() - total;
  // Old Pods that are not there cannot be kept (RO-045).
  const int64_t kept =
      std::clamp<int64_t>(total - new_replica_set.replicas, 0, limits.kept_old());
  const int64_t size = std::min(new_replica_set.replicas + room, limits.desired - kept);
  return static_cast<int32_t>(std::max<int64_t>(size, new_replica_set.replicas));
}

std::vector<int32_t> OldReplicaSetSizes(std::span<const ReplicaSetSize> old,
                                        const ReplicaSetSize& new_replica_set,
                                        const Fenceposts& limits) {
  std::vector<int32_t> sizes;
  int64_t total = new_replica_set.replicas;
  int64_t available = Available(new_replica_set);
  for (const ReplicaSetSize& rs : old) {
    sizes.push_back(rs.replicas);
    total += rs.replicas;
    available += Available(rs);
  }

  // New Pods that are not available yet may still fail: no old Pod may be removed for them (D-265).
  const int64_t pending = new_replica_set.replicas - Available(new_replica_set);
  const int64_t of_old = total - new_replica_set.replicas;
  int64_t removable =
      std::min(total - limits.min_available() - pending, of_old - limits.kept_old());  // RO-044

  for (size_t i = 0; i < old.size() && removable > 0; ++i) {  // unhealthy Pods first (D-266)
    const int64_t unhealthy = old[i].replicas - Available(old[i]);
    const int64_t removed = std::min(removable, unhealthy);
    sizes[i] -= static_cast<int32_t>(removed);
    removable -= removed;
  }

  int64_t spare = std::min(removable, available - limits.min_available());
  for (size_t i = 0; i < old.size() && spare > 0; ++i) {  // then healthy ones (D-268)
    const int64_t removed = std::min<int64_t>(spare, sizes[i]);
    sizes[i] -= static_cast<int32_t>(removed);
    spare -= removed;
  }
  return sizes;
}

}  // namespace windlass::workload
