// Reads from the condition windlass.dev/InPlace which workloads are being updated in place, and
// what holds up such an update. Core thread only.
#pragma once

#include <set>
#include <string_view>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/workload/watch/rollout_words.h"
#include "controller/workload/watch/workload_store.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/object_meta.h"

namespace windlass {

class InPlaceRollouts {
 public:
  // During a fault (WorkloadChange::is_faulty), UnderWay stays as it was.
  void Changed(const WorkloadChange& change);

  bool UnderWay(const ObjectKey& workload) const { return under_way_.contains(workload); }

 private:
  std::set<ObjectKey> under_way_;
};

// Returns what holds up the workload's update in place; an empty value if nothing does:
//   - `by_user` is true if the update has stopped at a step of a Rollout (pauses included) or at a
//     partition. spec.paused does not count.
//   - `cause` is the reason of the condition if the update is stuck. NotPossible counts only with
//     policy Only: other policies then replace Pods.
RolloutHold InPlaceHoldOf(const Workload& workload);

// Returns "InPlaceOnly" with policy Only, "InPlaceIfPossible" with IfPossible and Release; "" if
// the workload does not ask for updates in place.
std::string_view InPlaceStrategyOf(const Workload& workload);

// Returns the label values that the metrics use for a kind of workloads that can be updated in
// place: WorkloadWords, and the strategies and causes that InPlaceStrategyOf and InPlaceHoldOf
// return.
RolloutWords InPlaceWords(std::string_view kind);

}  // namespace windlass
