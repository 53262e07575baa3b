// Which workloads are being updated in place, and what holds such a rollout up, as the condition
// windlass.dev/InPlace says. Core thread only.
#pragma once

#include <set>
#include <string_view>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/workload/watch/workload_store.h"
#include "kubeclient/api/object_meta.h"

namespace windlass {

class InPlaceRollouts {
 public:
  void Changed(const WorkloadChange& change);

  bool UnderWay(const ObjectKey& workload) const { return under_way_.contains(workload); }

 private:
  std::set<ObjectKey> under_way_;
};

// Returns what keeps the workload's update in place from getting on:
//   - by_user at a requested partition;
//   - the reason of the condition as the cause, if the update is stuck. NotPossible counts only for
//     a workload that asks for Only: Pods of the others are replaced instead.
RolloutHold InPlaceHoldOf(const Workload& workload);

// Returns "InPlaceIfPossible" or "InPlaceOnly"; "" if the workload does not ask for updates in
// place.
std::string_view InPlaceStrategyOf(const Workload& workload);

}  // namespace windlass
