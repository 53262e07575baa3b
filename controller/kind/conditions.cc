#include "controller/kind/conditions.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/api/time.h"

namespace windlass::kind {
namespace {

// If `stored` has a condition with the type and status of `next`, copies the transition time of
// that condition into `next`. Copies no zero time.
void KeepTransitionTime(Condition& next, const std::vector<Condition>& stored) {
  const Condition* before = FindCondition(stored, next.type);
  if (before == nullptr || before->status != next.status) return;
  if (!before->last_transition_time.IsZero()) {
    next.last_transition_time = before->last_transition_time;
  }
}

}  // namespace

std::vector<Condition> ConditionsOf(const Ruling& ruling, int64_t generation,
                                    const std::vector<Condition>& stored, WallTime now) {
  std::vector<Condition> conditions;
  const auto add = [&](std::string_view type, bool status) {
    Condition& next = conditions.emplace_back(Condition{.type = type,
                                                        .status = status ? "True" : "False",
                                                        .reason = ruling.reason,
                                                        .message = ruling.message,
                                                        .last_update_time = {},
                                                        .last_transition_time = now,
                                                        .observed_generation = generation});
    KeepTransitionTime(next, stored);
  };
  const bool ready = ruling.way == Way::kReady;
  add(kReadyCondition, ready);
  if (!ready) add(ruling.way == Way::kStalled ? kStalledCondition : kReconcilingCondition, true);
  return conditions;
}

nlohmann::ordered_json ToJson(const std::vector<Condition>& conditions) {
  nlohmann::ordered_json list;
  for (const Condition& condition : conditions) {
    nlohmann::ordered_json object = {{"type", condition.type.text()},
                                     {"status", condition.status.text()}};
    if (condition.observed_generation != 0) {
      object["observedGeneration"] = condition.observed_generation;
    }
    if (!condition.last_update_time.IsZero()) {
      object["lastUpdateTime"] = FormatTime(condition.last_update_time);
    }
    if (!condition.last_transition_time.IsZero()) {
      object["lastTransitionTime"] = FormatTime(condition.last_transition_time);
    }
    object["reason"] = condition.reason.text();
    object["message"] = condition.message;
    list.push_back(std::move(object));
  }
  return list;
}

}  // namespace windlass::kind
