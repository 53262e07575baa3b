// Maps changes in the caches to the keys of workloads that need a sync.
//
// The handlers compute keys, and call WorkloadCache::WatchFor, which starts and stops informers.
// They make no decision about a workload. Upstream's handler for Pods sends a LIST of ReplicaSets
// to the API server. The handler of Windlass finds the ReplicaSets in the cache (W-01). Source:
// D-010…D-023.
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

  // Wakes the workload that is the controller of `rs`, if the cache has it. Returns true if `rs`
  // has a controller, even if the cache does not have it.
  bool WakeOwner(const ReplicaSet& rs, Wake wake);
  void WakeMatching(const ReplicaSet& orphan);

  WorkloadCache& cache_;
  ControllerHost& host_;
};

// Returns how urgently to wake `owner` after the status of an object that it owns has changed.
Wake StatusWake(const Workload& owner);
// Returns the same for the workload with the key `owner`.
Wake StatusWake(const WorkloadStore& workloads, const ObjectKey& owner);

}  // namespace windlass
