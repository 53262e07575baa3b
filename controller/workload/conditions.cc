#include "controller/workload/conditions.h"

#include <utility>

namespace windlass::workload {

Condition NewCondition(std::string_view type, std::string_view status, std::string_view reason,
                       std::string message, WallTime now) {
  return {.type = type,
          .status = status,
          .reason = reason,
          .message = std::move(message),
          .last_update_time = now,
          .last_transition_time = now};
}

void SetCondition(std::vector<Condition>& conditions, Condition condition) {
  const Condition* present = FindCondition(conditions, condition.type);
  if (present != nullptr && present->status == condition.status &&
      present->reason == condition.reason) {
    return;
  }
  RefreshCondition(conditions, std::move(condition));
}

void RefreshCondition(std::vector<Condition>& conditions, Condition condition) {
  const Condition* present = FindCondition(conditions, condition.type);
  if (present != nullptr && present->status == condition.status) {
    condition.last_transition_time = present->last_transition_time;
  }
  RemoveCondition(conditions, condition.type);
  conditions.push_back(std::move(condition));
}

void RemoveCondition(std::vector<Condition>& conditions, std::string_view type) {
  std::erase_if(conditions, [&](const Condition& condition) { return condition.type == type; });
}

}  // namespace windlass::workload
