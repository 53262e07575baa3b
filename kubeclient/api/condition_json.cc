#include "kubeclient/api/condition_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/api/time.h"

namespace windlass {

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

}  // namespace windlass
