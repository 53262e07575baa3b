#include "controller/workload/replica_set_size.h"

#include <algorithm>

namespace windlass::workload {

namespace {

// Returns the size of `rs`. `kept` is the lowest size that `rs` may have had lately: the ReplicaSet
// controller may have removed all Pods above `kept`. Example: size 5, 5 ready and available, `kept`
// 3: 3 available, 2 doubtful.
ReplicaSetSize SizeFor(const ReplicaSet& rs, int32_t kept) {
  const int32_t replicas = std::max(rs.replicas, 0);
  const int32_t available = std::max(rs.status.available_replicas, 0);
  const int32_t ready = std::max(rs.status.ready_replicas, available);
  const int32_t stay = std::max(available - std::max(ready - std::min(kept, replicas), 0), 0);
  return {replicas, stay, std::max(std::min(available, replicas) - stay, 0)};
}

std::vector<ReplicaSetSize> ForEach(const std::vector<const ReplicaSet*>& replica_sets,
                                    ReplicaSetSize (*size_of)(const ReplicaSet&)) {
  std::vector<ReplicaSetSize> sizes;
  sizes.reserve(replica_sets.size());
  for (const ReplicaSet* rs : replica_sets) sizes.push_back(size_of(*rs));
  return sizes;
}

}  // namespace

ReplicaSetSize SizeOf(const ReplicaSet& rs) { return SizeFor(rs, rs.replicas); }

ReplicaSetSize SureSizeOf(const ReplicaSet& rs) {
  return SizeFor(rs, rs.told.lowest.value_or(rs.replicas));
}

bool MayCountRemovedPods(const ReplicaSet& rs) {
  return rs.told.lowest && *rs.told.lowest < rs.replicas && IsObserved(rs);
}

bool StatusCountsPods(const ReplicaSet& rs, int32_t more_than) {
  return rs.status.replicas > more_than || rs.status.terminating_replicas.value_or(0) > 0;
}

std::vector<ReplicaSetSize> SizesOf(const std::vector<const ReplicaSet*>& replica_sets) {
  return ForEach(replica_sets, SizeOf);
}

std::vector<ReplicaSetSize> SureSizesOf(const std::vector<const ReplicaSet*>& replica_sets) {
  return ForEach(replica_sets, SureSizeOf);
}

int64_t TotalReplicas(const std::vector<const ReplicaSet*>& replica_sets) {
  int64_t total = 0;
  for (const ReplicaSet* rs : replica_sets) total += SizeOf(*rs).replicas;
  return total;
}

}  // namespace windlass::workload
