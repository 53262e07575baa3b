// What an uncached list of Pods says about the ReplicaSets of a workload: how many Pods of each are
// alive. A planner asks for the list if the statuses of the ReplicaSets do not show this
// (controller/workload/sizes/room_to_grow.h).
#pragma once

#include <cstdint>
#include <vector>

#include "controller/workload/watch/workload_cache.h"
#include "kubeclient/api/pod_list.h"

namespace windlass {

class PodCount {
 public:
  // Make it before the list is requested. Covers those ReplicaSets of the workload `key` whose
  // controller has observed their latest generation by now. The others are left out: they may get
  // more Pods after the list was taken.
  PodCount(const WorkloadCache& cache, const ObjectKey& key);

  // Records in `cache`, for each of these ReplicaSets that still has that generation, how many of
  // `pods` belong to the ReplicaSet and are not being deleted.
  void Note(WorkloadCache& cache, const std::vector<ListedPod>& pods) const;

 private:
  struct Observed {
    ObjectKey key;
    Uid uid;
    int64_t generation = 0;
  };
  std::vector<Observed> observed_;
};

}  // namespace windlass
