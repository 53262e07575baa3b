#include "controller/runtime/in_place_rollouts.h"

#include <algorithm>
#include <optional>

#include "controller/deployment/conditions.h"
#include "controller/deployment/in_place_status.h"
#include "controller/in_place/template/options.h"
#include "controller/in_place/template/words.h"

namespace windlass {
namespace {

using deployment::InPlaceReason;

const Condition* InPlaceConditionOf(const Deployment& deployment) {
  return FindCondition(deployment.status.conditions, deployment::kInPlaceCondition);
}

bool AsksForOnly(const Deployment& deployment) {
  const auto policy = deployment.meta.annotations.Find(in_place::kInPlaceKey);
  return policy && in_place::IsWord(*policy, "Only");
}

constexpr InPlaceReason kHeldUp[] = {
    InPlaceReason::kWaitingForBudget, InPlaceReason::kWaitingForPdb, InPlaceReason::kPaused,
    InPlaceReason::kFailing,          InPlaceReason::kInvalidConfig, InPlaceReason::kMissingRights};

// Returns why the Deployment's in-place update is stalled. Returns nullopt if it is not stalled, or
// if Pods are replaced instead.
std::optional<InPlaceReason> CauseOf(const Deployment& deployment, const Condition& in_place) {
  const auto reason = deployment::ParseInPlaceReason(in_place.reason.text());
  if (!reason || std::ranges::count(kHeldUp, *reason) > 0) return reason;
  const bool refused = *reason == InPlaceReason::kNotPossible && AsksForOnly(deployment);
  return refused ? reason : std::nullopt;
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
  const auto cause = in_place == nullptr ? std::nullopt : CauseOf(deployment, *in_place);
  if (cause) {
    blocked_[key] = *cause;
  } else {
    blocked_.erase(key);
  }
}

std::map<std::string, uint64_t> InPlaceRollouts::Blocked() const {
  std::map<std::string, uint64_t> counts;
  for (const auto& [key, cause] : blocked_) ++counts[std::string(Name(cause))];
  return counts;
}

}  // namespace windlass
