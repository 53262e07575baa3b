#include "controller/runtime/in_place_rollouts.h"

#include <algorithm>
#include <string_view>

#include "controller/deployment/conditions.h"
#include "controller/deployment/in_place_situation.h"
#include "controller/in_place/eligibility.h"
#include "controller/in_place/failure.h"
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

// A closed set.
bool IsKnownReason(std::string_view word) {
  return in_place::IsReason(word) || in_place::IsFailure(word) || word == deployment::kHostGone ||
         word == deployment::kForeignScale || word == deployment::kTemplateTooLarge;
}

// The first reason that the message names:
//   "FieldChanged:/spec/hostNetwork"          FieldChanged
//   "pod web-1: app: ErrImagePull. Warning: …"  ErrImagePull
std::string_view ReasonIn(std::string_view message) {
  while (!message.empty()) {
    const size_t end = std::min(message.find_first_of(" :."), message.size());
    const std::string_view word = message.substr(0, end);
    if (IsKnownReason(word)) return word;
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return "Other";
}

bool IsReplacing(const Deployment& deployment) {
  const Condition* in_place = InPlaceConditionOf(deployment);
  return in_place != nullptr && in_place->reason == "NotPossible" && !AsksForOnly(deployment);
}

}  // namespace

std::optional<std::string> FallBackReason(const Change<Deployment>& change) {
  if (change.old_object == nullptr || change.new_object == nullptr) return std::nullopt;
  if (IsReplacing(*change.old_object) || !IsReplacing(*change.new_object)) return std::nullopt;
  return std::string(ReasonIn(InPlaceConditionOf(*change.new_object)->message));
}

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
