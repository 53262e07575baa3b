// Maps changes in the caches to the keys of workloads that need a sync.
//
// Handlers compute keys, and let the cache start or release informers (WorkloadCache::WatchFor);
// they make no decision about a workload. Upstream LISTs ReplicaSets through the API inside its Pod
// handler; Windlass looks into the cache (W-01). Source: D-010…D-023.
#pragma once

#include "controller/runtime/controller_host.h"
#include "controller/workload/watch/workload_cache.h"
#include "kubeclient/cache/work_queue.h"

namespace windlass {

class WakeUps {
 public:
  // The constructor registers handlers with the cache's stores, so the WakeUps must be made before
  // the cache starts. Both references must outlive the WakeUps.
  WakeUps(WorkloadCache& cache, ControllerHost& host);
  WakeUps(const WakeUps&) = delete;
  WakeUps& operator=(const WakeUps&) = delete;

 private:
  void WorkloadChanged(const WorkloadChange& change);
  void ReplicaSetChanged(const Change<ReplicaSet>& change);
  void PodChanged(const Change<PodMetadata>& change);

  // Wakes the owner that `rs` names. Returns true if `rs` names a controller at all.
  bool WakeOwner(const ReplicaSet& rs, Wake wake);
  void WakeMatching(const ReplicaSet& orphan);

  WorkloadCache& cache_;
  ControllerHost& host_;
};

// Returns how urgently a status change of an object that `owner` owns wakes `owner`.
Wake StatusWake(const Workload& owner);
// Like the function above, for the owner with that key.
Wake StatusWake(const WorkloadStore& workloads, const ObjectKey& owner);

}  // namespace windlass
