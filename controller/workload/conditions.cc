#include "controller/workload/conditions.h"

#include <algorithm>
#include <utility>

namespace windlass::workload {
namespace {

// A stored condition must be at least this old before Windlass replaces its message by one that
// differs only in words with digits.
constexpr seconds kNumbersToldAfter{60};

// Returns `words` without those that contain a digit. Example: "try 17 at 08:00:01 was denied"
// gives "try at was denied ".
std::string WithoutNumbers(std::string_view words) {
  std::string kept;
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    if (word.find_first_of("0123456789") == std::string_view::npos) kept.append(word).append(" ");
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return kept;
}

// Returns true if the two texts differ only after the first ": " of `said`, and only in words that
// contain digits. Returns false if `said` has no ": ".
bool SaySame(std::string_view shown, std::string_view said) {
  const size_t colon = said.find(": ");
  return shown.substr(0, colon) == said.substr(0, colon) && shown.size() > colon &&
         WithoutNumbers(shown.substr(colon)) == WithoutNumbers(said.substr(colon));
}

// Returns the member of `conditions` that has the type, status and reason of `condition`; null if
// there is none.
const Condition* FindSame(const std::vector<Condition>& conditions, const Condition& condition) {
  const Condition* present = FindCondition(conditions, condition.type);
  const bool same = present != nullptr && present->status == condition.status &&
                    present->reason == condition.reason;
  return same ? present : nullptr;
}

}  // namespace

Condition NewCondition(std::string_view type, std::string_view status, std::string_view reason,
                       std::string message, WallTime now) {
  return {.type = type,
          .status = status,
          .reason = reason,
          .message = std::move(message),
          .last_update_time = now,
          .last_transition_time = now};
}

std::string TextOf(const Condition& condition) {
  return std::string(condition.reason.text()) + ": " + condition.message;
}

void SetCondition(std::vector<Condition>& conditions, Condition condition) {
  if (FindSame(conditions, condition) == nullptr) {
    RefreshCondition(conditions, std::move(condition));
  }
}

void RefreshCondition(std::vector<Condition>& conditions, Condition condition) {
  const Condition* present = FindCondition(conditions, condition.type);
  if (present != nullptr && present->status == condition.status) {
    condition.last_transition_time = present->last_transition_time;
  }
  RemoveCondition(conditions, condition.type);
  conditions.push_back(std::move(condition));
}

void UpdateCondition(std::vector<Condition>& conditions, Condition condition) {
  const Condition* present = FindSame(conditions, condition);
  if (present != nullptr && present->message == condition.message) return;
  RefreshCondition(conditions, std::move(condition));
}

void TellCondition(std::vector<Condition>& conditions, Condition condition) {
  const Condition* present = FindSame(conditions, condition);
  const bool soon = present != nullptr &&
                    condition.last_update_time < present->last_update_time + kNumbersToldAfter;
  if (soon && SaySame(present->message, condition.message)) return;
  UpdateCondition(conditions, std::move(condition));
}

void RemoveCondition(std::vector<Condition>& conditions, std::string_view type) {
  std::erase_if(conditions, [&](const Condition& condition) { return condition.type == type; });
}

}  // namespace windlass::workload
