// When a whole Pod, a Node or a PodDisruptionBudget changes, wakes the workloads that use updates
// in place and are affected, so that their next step follows at once. Handlers only compute keys
// and wake them.
#pragma once

#include <set>
#include <string_view>

#include "controller/in_place/watch/cache.h"
#include "controller/runtime/controller_host.h"
#include "controller/workload/watch/workload_cache.h"

namespace windlass {

class InPlaceWakeUps {
 public:
  // Construct this before the informers of `in_place` start, because it adds an index and handlers
  // to their stores. `in_place` extends `cache`. All references must outlive this object, and the
  // stores of `in_place` must not change after it is gone.
  InPlaceWakeUps(InPlaceCache& in_place, WorkloadCache& cache, ControllerHost& host);
  InPlaceWakeUps(const InPlaceWakeUps&) = delete;
  InPlaceWakeUps& operator=(const InPlaceWakeUps&) = delete;

 private:
  void PodChanged(const Change<Pod>& change);
  void NodeChanged(const Change<Node>& change);
  void BudgetChanged(const Change<PodDisruptionBudget>& change);
  std::set<ObjectKey> WithPodOn(std::string_view node) const;

  InPlaceCache& in_place_;
  WorkloadCache& cache_;
  ControllerHost& host_;
  const StoreIndex<Pod, Symbol>& by_node_;
};

}  // namespace windlass
