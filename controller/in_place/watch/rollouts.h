// Which workloads are being updated in place, and which of these rollouts are stalled, as the
// condition windlass.dev/InPlace says. Core thread only.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/workload/watch/workload_store.h"
#include "kubeclient/api/object_meta.h"

namespace windlass {

class InPlaceRollouts {
 public:
  void Changed(const WorkloadChange& change);

  bool UnderWay(const ObjectKey& workload) const { return under_way_.contains(workload); }
  // Returns the number of stalled rollouts by cause. Stopping at a requested partition is not a
  // stall.
  std::map<std::string, uint64_t> Blocked() const;

 private:
  std::set<ObjectKey> under_way_;
  std::map<ObjectKey, in_place::InPlaceReason> blocked_;
};

}  // namespace windlass
