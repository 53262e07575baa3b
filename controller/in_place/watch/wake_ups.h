// Wakes workloads that use updates in place, so that their next sync begins, when a Pod, a Node or
// a PodDisruptionBudget that affects them changes. The handlers of changes only find out which
// workloads are affected, and wake these.
//
// A Node is looked at later in the same turn of the core loop, once for all its changes. Example: a
// Node with 100,000 Pods changes 200 times in a turn. Its Pods are looked at once, which takes 20
// ms of CPU instead of 4 s.
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "controller/in_place/watch/cache.h"
#include "controller/runtime/controller_host.h"
#include "controller/workload/watch/workload_cache.h"
#include "kubeclient/base/timer_queue.h"

namespace windlass {

class InPlaceWakeUps {
 public:
  // Construct this before the informers of `in_place` start, because it adds an index and handlers
  // to their stores. `in_place` extends `cache`. All references must outlive this object. After it
  // is gone, the stores of `in_place` must not change.
  InPlaceWakeUps(InPlaceCache& in_place, WorkloadCache& cache, ControllerHost& host);
  ~InPlaceWakeUps();
  InPlaceWakeUps(const InPlaceWakeUps&) = delete;
  InPlaceWakeUps& operator=(const InPlaceWakeUps&) = delete;

 private:
  void PodChanged(const Change<Pod>& change);
  void NodeChanged(const Change<Node>& change);
  void BudgetChanged(const Change<PodDisruptionBudget>& change);
  void LookAtNodes();
  size_t WakeForNode(const std::string& node);

  InPlaceCache& in_place_;
  WorkloadCache& cache_;
  ControllerHost& host_;
  const StoreIndex<Pod, Symbol>& by_node_;
  std::set<std::string> changed_nodes_;  // those to be looked at
  TimerId look_ = 0;                     // set while there are any
};

}  // namespace windlass
