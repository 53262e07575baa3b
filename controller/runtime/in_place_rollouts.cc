#include "controller/runtime/in_place_rollouts.h"

#include <algorithm>
#include <string_view>

#include "controller/deployment/in_place_status.h"
#include "controller/in_place/options.h"
#include "controller/in_place/words.h"

namespace windlass {
namespace {

const Condition* InPlaceConditionOf(const Deployment& deployment) {
  return FindCondition(deployment.status.conditions, deployment::kInPlaceCondition);
}

bool AsksForOnly(const Deployment& deployment) {
  const auto policy = deployment.meta.annotations.Find(in_place::kInPlaceKey);
  return policy && in_place::IsWord(*policy, "Only");
}

constexpr std::string_view kHeldUp[] = {"WaitingForBudget", "WaitingForPDB", "Paused",
                                        "Failing",          "InvalidConfig", "MissingRights"};

// Why the Deployment does not get on; empty if it does, or is replaced instead.
std::string CauseOf(const Deployment& deployment, const Condition& in_place) {
  const std::string_view reason = in_place.reason.text();
  if (std::ranges::count(kHeldUp, reason) > 0) return std::string(reason);
  return reason == "NotPossible" && AsksForOnly(deployment) ? std::string(reason) : std::string();
}

}  // namespace

void InPlaceRollouts::Changed(const Change<Deployment>& change) {
  if (change.new_object == nullptr) {
    under_way_.erase(KeyOf(change.old_object->meta));
    blocked_.erase(KeyOf(change.old_object->meta));
    return;
  }
  const Deployment& deployment = *change.new_object;
  const Condition* in_place = InPlaceConditionOf(deployment);
  const ObjectKey key = KeyOf(deployment.meta);
  if (in_place == nullptr || !(in_place->status == "True")) {
    under_way_.erase(key);
  } else {
    under_way_.insert(key);
  }
  const std::string cause = in_place == nullptr ? "" : CauseOf(deployment, *in_place);
  if (cause.empty()) {
    blocked_.erase(key);
  } else {
    blocked_[key] = cause;
  }
}

std::map<std::string, uint64_t> InPlaceRollouts::Blocked() const {
  std::map<std::string, uint64_t> counts;
  for (const auto& [key, cause] : blocked_) ++counts[cause];
  return counts;
}

}  // namespace windlass
