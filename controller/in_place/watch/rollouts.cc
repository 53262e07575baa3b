#include "controller/in_place/watch/rollouts.h"

#include <algorithm>

#include "controller/in_place/template/options.h"
#include "controller/in_place/template/words.h"
#include "controller/workload/watch/rollout_state.h"

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

constexpr std::string_view kIfPossible = "InPlaceIfPossible";
constexpr std::string_view kOnly = "InPlaceOnly";

constexpr InPlaceReason kHeldUp[] = {
    InPlaceReason::kAnnotationNotKept, InPlaceReason::kWaitingForBudget,
    InPlaceReason::kWaitingForPdb,     InPlaceReason::kFailing,
    InPlaceReason::kGivenUp,           InPlaceReason::kInvalidConfig,
    InPlaceReason::kMissingRights};

}  // namespace

// During a fault (WorkloadChange::is_faulty) the condition of the workload is not known. So
// UnderWay stays as it was.
void InPlaceRollouts::Changed(const WorkloadChange& change) {
  if (change.is_faulty) return;
  if (change.now == nullptr) {
    under_way_.erase(KeyOf(*change.before));
    return;
  }
  const Condition* in_place = InPlaceConditionOf(*change.now);
  if (in_place == nullptr || !(in_place->status == "True")) {
    under_way_.erase(KeyOf(change.now->meta));
  } else {
    under_way_.insert(KeyOf(change.now->meta));
  }
}

RolloutHold InPlaceHoldOf(const Workload& workload) {
  const Condition* in_place = InPlaceConditionOf(workload);
  if (in_place == nullptr) return {};
  const auto reason = in_place::ParseInPlaceReason(in_place->reason.text());
  if (!reason) return {};
  if (*reason == InPlaceReason::kPartitioned) return {.by_user = true};
  const bool refused = *reason == InPlaceReason::kNotPossible && AsksForOnly(workload);
  if (!refused && std::ranges::count(kHeldUp, *reason) == 0) return {};
  return {.cause = Name(*reason)};
}

std::string_view InPlaceStrategyOf(const Workload& workload) {
  if (!in_place::Asks(workload)) return "";
  return AsksForOnly(workload) ? kOnly : kIfPossible;
}

RolloutWords InPlaceWords(std::string_view kind) {
  RolloutWords words = workload::WorkloadWords(kind);
  words.strategies.insert(words.strategies.end(), {kIfPossible, kOnly});
  words.causes.push_back(Name(InPlaceReason::kNotPossible));
  for (const InPlaceReason reason : kHeldUp) words.causes.push_back(Name(reason));
  return words;
}

}  // namespace windlass
