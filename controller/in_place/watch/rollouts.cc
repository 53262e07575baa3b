#include "controller/in_place/watch/rollouts.h"

#include <algorithm>
#include <optional>

#include "controller/in_place/template/options.h"
#include "controller/in_place/template/words.h"

namespace windlass {
namespace {

using in_place::InPlaceReason;

const Condition* InPlaceConditionOf(const Workload& workload) {
  return FindCondition(workload.status.conditions, in_place::kInPlaceCondition);
}

bool AsksForOnly(const Workload& workload) {
  return std::ranges::any_of(workload.in_place_settings, [](const Setting& setting) {
    return setting.key == in_place::kInPlaceKey && in_place::IsWord(setting.value, "Only");
  });
}

constexpr InPlaceReason kHeldUp[] = {
    InPlaceReason::kWaitingForBudget, InPlaceReason::kWaitingForPdb, InPlaceReason::kPaused,
    InPlaceReason::kFailing,          InPlaceReason::kInvalidConfig, InPlaceReason::kMissingRights};

// Returns why the workload's in-place update is stalled. Returns nullopt if it is not stalled, or
// if Pods are replaced instead.
std::optional<InPlaceReason> CauseOf(const Workload& workload, const Condition& in_place) {
  const auto reason = in_place::ParseInPlaceReason(in_place.reason.text());
  if (!reason || std::ranges::count(kHeldUp, *reason) > 0) return reason;
  const bool refused = *reason == InPlaceReason::kNotPossible && AsksForOnly(workload);
  return refused ? reason : std::nullopt;
}

}  // namespace

void InPlaceRollouts::Changed(const WorkloadChange& change) {
  if (change.now == nullptr) {
    under_way_.erase(KeyOf(*change.before));
    blocked_.erase(KeyOf(*change.before));
    return;
  }
  const Workload& workload = *change.now;
  const Condition* in_place = InPlaceConditionOf(workload);
  const ObjectKey key = KeyOf(workload.meta);
  if (in_place == nullptr || !(in_place->status == "True")) {
    under_way_.erase(key);
  } else {
    under_way_.insert(key);
  }
  const auto cause = in_place == nullptr ? std::nullopt : CauseOf(workload, *in_place);
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
