#include "controller/workload/actions/pause.h"

#include <string>

#include "controller/workload/actions/history_clean_up.h"
#include "controller/workload/actions/scale.h"
#include "controller/workload/conditions.h"
#include "controller/workload/status/status.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {

Step NextWhilePaused(const Situation& situation) {
  if (auto step = HandleScaling(situation)) return *step;
  if (situation.new_replica_set != nullptr) {
    if (auto step = UpdateNewReplicaSet(situation, situation.new_replica_set->replicas))
      return *step;
  }
  if (auto step = CleanUpHistory(situation)) return *step;
  if (auto step = WriteStatus(situation, Progress::kPaused)) return *step;
  return Wait{};
}

std::optional<Step> AcknowledgeResume(const Situation& situation) {
  const std::string kind(situation.workload.kind.traits().name());
  const Condition* present = FindCondition(situation.workload.status.conditions, kProgressing);
  if (situation.workload.paused || present == nullptr || present->reason != kind + "Paused") {
    return std::nullopt;
  }
  return WriteProgressing(situation, "Unknown", kind + "Resumed", kind + " is resumed");
}

}  // namespace windlass::workload
