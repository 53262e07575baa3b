#include "controller/workload/situation.h"

#include <algorithm>

namespace windlass::workload {

const Extension& Situation::extension() const {
  static const Extension kNone;
  const Extension* extension = workload.kind.extension();
  return extension != nullptr ? *extension : kNone;
}

bool Situation::has_progress_deadline() const {
  const auto& deadline = workload.progress_deadline_seconds;
  return deadline && *deadline != kUnlimited;
}

ReplicaSetSize SizeOf(const ReplicaSet& rs) {
  const int32_t replicas = std::max(rs.replicas, 0);
  const int32_t available = std::max(rs.status.available_replicas, 0);
  const int32_t ready = std::max(rs.status.ready_replicas, available);
  const int32_t stay = std::max(available - std::max(ready - replicas, 0), 0);
  return {replicas, stay, std::max(std::min(available, replicas) - stay, 0)};
}

std::vector<ReplicaSetSize> SizesOf(const std::vector<const ReplicaSet*>& replica_sets) {
  std::vector<ReplicaSetSize> sizes;
  sizes.reserve(replica_sets.size());
  for (const ReplicaSet* rs : replica_sets) sizes.push_back(SizeOf(*rs));
  return sizes;
}

Request ListOfPods(const Workload& workload) {
  return Request::List(resources::kPods, workload.meta.namespace_, ToQuery(workload.selector));
}

const Outcome* FindFresh(const Learned& learned, const Request& list) {
  const RequestKey asked = list.Identity();
  for (auto it = learned.rbegin(); it != learned.rend(); ++it) {
    if (it->asked == asked) return &*it;
    if (it->said.ok() && it->asked.resource == resources::kReplicaSets) return nullptr;
  }
  return nullptr;
}

int64_t TotalReplicas(const std::vector<const ReplicaSet*>& replica_sets) {
  int64_t total = 0;
  for (const ReplicaSet* rs : replica_sets) total += SizeOf(*rs).replicas;
  return total;
}

}  // namespace windlass::workload
