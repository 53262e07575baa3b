#include "controller/workload/watch/pod_count.h"

#include <algorithm>

namespace windlass {

PodCount::PodCount(const WorkloadCache& cache, const ObjectKey& key) {
  const std::optional<Workload> workload = cache.workloads().Find(key);
  if (!workload) return;
  for (const ReplicaSet* rs : cache.replica_sets().store().OwnedBy(workload->meta.uid)) {
    if (!IsObserved(*rs)) continue;
    observed_.push_back({KeyOf(rs->meta), rs->meta.uid, rs->meta.generation});
  }
}

void PodCount::Note(WorkloadCache& cache, const std::vector<ListedPod>& pods) const {
  for (const Observed& observed : observed_) {
    const auto live = std::ranges::count_if(pods, [&](const ListedPod& pod) {
      return pod.controller == observed.uid && !pod.deleting;
    });
    cache.replica_sets().store().Amend(observed.key, observed.uid, [&](ReplicaSet& rs) {
      if (rs.meta.generation == observed.generation) NoteCounted(rs, static_cast<int32_t>(live));
    });
  }
}

}  // namespace windlass
