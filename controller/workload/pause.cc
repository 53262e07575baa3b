#include "controller/workload/pause.h"

#include <algorithm>
#include <string>
#include <utility>

#include "controller/workload/history.h"
#include "controller/workload/recreate.h"
#include "controller/workload/scale.h"
#include "controller/workload/status.h"

namespace windlass::workload {
namespace {

// While no ReplicaSet is active, the size of a paused workload goes to its new ReplicaSet
// (D-354). Under Recreate old Pods may still exist then.
bool WouldStartNewPods(const Situation& situation) {
  return situation.recreate() && situation.new_replica_set != nullptr &&
         std::all_of(situation.all.begin(), situation.all.end(),
                     [](const ReplicaSet* rs) { return rs->replicas == 0; });
}

}  // namespace

Step NextWhilePaused(const Situation& situation) {
  Step then = Wait{};
  if (WouldStartNewPods(situation)) {
    RecreateStep recreate = NextRecreate(situation);
    if (recreate.step) return *recreate.step;
    then = std::move(recreate.then);
  } else if (auto step = HandleScaling(situation)) {
    return *step;
  }
  if (situation.new_replica_set != nullptr) {
    if (auto step = UpdateNewReplicaSet(situation, situation.new_replica_set->replicas))
      return *step;
  }
  if (auto step = CleanUpHistory(situation)) return *step;
  if (auto step = WriteStatus(situation, Progress::kPaused)) return *step;
  return then;
}

std::optional<Step> AcknowledgeResume(const Situation& situation) {
  const std::string kind(situation.workload.kind.name());
  const Condition* present = FindCondition(situation.workload.status.conditions, "Progressing");
  if (situation.workload.paused || present == nullptr || present->reason != kind + "Paused") {
    return std::nullopt;
  }
  return WriteProgressing(situation, "Unknown", kind + "Resumed", kind + " is resumed");
}

}  // namespace windlass::workload
