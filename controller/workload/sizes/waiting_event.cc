#include "controller/workload/sizes/waiting_event.h"

#include <algorithm>
#include <utility>

#include "controller/workload/conditions.h"

namespace windlass::workload {

bool IsAtRest(const Situation& situation) {
  const Condition* progressing = FindCondition(situation.workload.status.conditions, kProgressing);
  return progressing != nullptr && progressing->reason == kAvailableReason;
}

Wait TellNow(std::string message) {
  return {.look_again_in = kHeldToldAgain,
          .events = {{.type = Event::Type::kWarning,
                      .reason = "WaitingForRoom",
                      .message = std::move(message),
                      .at_most_every = kHeldToldAgain}}};
}

Wait TellWaiting(const Situation& situation,
                 const std::function<std::string(seconds waited)>& message, bool also_at_rest) {
  const Condition* progressing = FindCondition(situation.workload.status.conditions, kProgressing);
  // Without a deadline there is no condition Progressing, and never an Event. At rest no timer is
  // needed: when a rollout begins, a status write updates the condition, and the planner decides
  // again.
  if (progressing == nullptr || (IsAtRest(situation) && !also_at_rest)) return {};
  const WallTime since = std::max(progressing->last_update_time, situation.view.specs_since);
  const seconds waited = situation.now - since;
  if (waited < kHeldToldAfter) return {.look_again_in = kHeldToldAfter - waited};
  return TellNow(message(waited));
}

}  // namespace windlass::workload
