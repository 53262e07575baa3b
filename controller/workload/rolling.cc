#include "controller/workload/rolling.h"

#include <algorithm>

namespace windlass::workload {
namespace {

// Availability is never above the size: the status may lag (W-05).
int32_t Available(const ReplicaSetSize& rs) { return std::clamp(rs.available, 0, rs.replicas); }

struct Sum {
  int64_t replicas = 0;
  int64_t available = 0;
};

Sum SumOf(std::span<const ReplicaSetSize> sizes) {
  Sum sum;
  for (const ReplicaSetSize& rs : sizes) {
    sum.replicas += rs.replicas;
    sum.available += Available(rs);
  }
  return sum;
}

// Returns how many Pods of the new ReplicaSet go because they are above limits.updated_max and all
// Pods together are more than desired (RO-048). After that no growth is due: what is left is
// updated_max, or fills up what the old Pods leave of desired (RO-045).
int64_t TooManyNew(const ReplicaSetSize& new_replica_set, const Sum& old,
                   const Fenceposts& limits) {
  if (limits.kept_old() == 0) return 0;
  const int64_t size = new_replica_set.replicas;
  const int64_t surplus = size + old.replicas - limits.desired;
  const int64_t above = size - (int64_t{limits.desired} - limits.kept_old());
  const int64_t available = Available(new_replica_set);
  const int64_t spare = std::max<int64_t>(available + old.available - limits.min_available(), 0);
  const int64_t may_go = size - available + spare;
  return std::max<int64_t>(std::min({surplus, above, may_go}), 0);
}

}  // namespace

int32_t NewReplicaSetSize(const ReplicaSetSize& new_replica_set,
                          std::span<const ReplicaSetSize> old, const Fenceposts& limits) {
  const Sum others = SumOf(old);
  const int64_t present = new_replica_set.replicas;
  const int64_t too_many = TooManyNew(new_replica_set, others, limits);
  if (too_many > 0 || present >= limits.desired) {
    return static_cast<int32_t>(std::min<int64_t>(present - too_many, limits.desired));
  }
  const int64_t room = limits.max_total() - others.replicas - present;
  // Old Pods that are not there cannot be kept (RO-045).
  const int64_t kept = std::clamp<int64_t>(others.replicas, 0, limits.kept_old());
  const int64_t size = std::min(present + room, limits.desired - kept);
  return static_cast<int32_t>(std::max(size, present));
}

std::vector<int32_t> OldReplicaSetSizes(std::span<const ReplicaSetSize> old,
                                        const ReplicaSetSize& new_replica_set,
                                        const Fenceposts& limits) {
  std::vector<int32_t> sizes;
  for (const ReplicaSetSize& rs : old) sizes.push_back(rs.replicas);
  const Sum of_old = SumOf(old);
  const int64_t total = of_old.replicas + new_replica_set.replicas;
  const int64_t available = of_old.available + Available(new_replica_set);

  // New Pods that are not available yet may still fail: no old Pod may be removed for them (D-265).
  const int64_t pending = new_replica_set.replicas - Available(new_replica_set);
  int64_t removable = std::min(total - limits.min_available() - pending,
                               of_old.replicas - limits.kept_old());  // RO-044

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
