// Maps changes in the caches to the keys of Deployments that need a sync.
//
// Handlers only compute keys; they send no request and make no decision. Upstream LISTs ReplicaSets
// through the API inside its Pod handler; Windlass looks into the cache (W-01). Source:
// D-010…D-023.
#pragma once

#include <functional>

#include "controller/runtime/cluster_cache.h"
#include "controller/runtime/controller_host.h"
#include "kubeclient/cache/work_queue.h"

namespace windlass {

class WakeUps {
 public:
  using ForeignStatus = std::function<void(const Deployment&)>;

  // Registers handlers with the cache's stores, before the cache starts. Both references must
  // outlive this. `foreign_status` is called with each Deployment whose status changed other than
  // by a fold of ours.
  WakeUps(ClusterCache& cache, ControllerHost& host, ForeignStatus foreign_status);
  WakeUps(const WakeUps&) = delete;
  WakeUps& operator=(const WakeUps&) = delete;

  // Returns the Deployment that owns the Pod with this metadata through its ReplicaSet; nullptr if
  // there is none.
  const Deployment* OwnerOfPod(const ObjectMeta& pod) const;

 private:
  void DeploymentChanged(const Change<Deployment>& change);
  void ReplicaSetChanged(const Change<ReplicaSet>& change);
  void PodChanged(const Change<PodMetadata>& change);
  void WholePodChanged(const Change<Pod>& change);
  void NodeChanged(const Change<Node>& change);
  void BudgetChanged(const Change<PodDisruptionBudget>& change);

  // Wakes the owner that `rs` names. Returns true if `rs` names a controller at all.
  bool WakeOwner(const ReplicaSet& rs, Wake wake);
  void WakeMatching(const ReplicaSet& orphan);
  bool HasPodOn(const Deployment& deployment, std::string_view node) const;

  ClusterCache& cache_;
  ControllerHost& host_;
  ForeignStatus foreign_status_;
};

}  // namespace windlass
