// What an uncached list of Pods says about the ReplicaSets of a Deployment: how many Pods of each
// are alive. A planner asks for it where their statuses cannot tell (deployment/room.h).
#pragma once

#include <cstdint>
#include <vector>

#include "controller/runtime/cluster_cache.h"
#include "kubeclient/api/pod_list.h"

namespace windlass {

class PodCount {
 public:
  // Made before the list is asked for. It is about the ReplicaSets of the Deployment `key` whose
  // controller has observed the latest generation by now: of the others Pods may be made after the
  // list was taken.
  PodCount(const ClusterCache& cache, const ObjectKey& key);

  // Notes beside each of these ReplicaSets that still has that generation how many of `pods` are
  // its own and not marked for deletion.
  void Note(ClusterCache& cache, const std::vector<ListedPod>& pods) const;

 private:
  struct Observed {
    ObjectKey key;
    Uid uid;
    int64_t generation = 0;
  };
  std::vector<Observed> observed_;
};

}  // namespace windlass
