// The label values that one kind of workloads adds to the metrics of rollouts.
#pragma once

#include <string_view>
#include <vector>

#include "controller/runtime/metric.h"

namespace windlass {

// The value of the label `cause` for a stuck rollout whose cause is not in RolloutWords::causes.
inline constexpr std::string_view kOtherCause = "Other";

// Outcomes: how a rollout may end. A kind may have further outcomes of its own.
inline constexpr std::string_view kOutcomeComplete = "complete";
inline constexpr std::string_view kOutcomeSuperseded = "superseded";
inline constexpr std::string_view kOutcomeRolledBack = "rolled_back";
inline constexpr std::string_view kOutcomeAborted = "aborted";
inline constexpr std::string_view kOutcomeDeleted = "deleted";  // any object may be deleted

// Triggers: what may ask for a rollback. A kind may have further triggers of its own.
inline constexpr std::string_view kTriggerRollbackTo = "rollback_to";
inline constexpr std::string_view kTriggerTemplate = "template";
inline constexpr std::string_view kTriggerAbort = "abort";

// Values of the labels `kind`, `strategy`, `phase`, `cause`, `trigger` and `outcome`. All of them
// are string literals. The text of docs/metrics.md explains what they mean.
struct RolloutWords {
  std::string_view kind;
  std::vector<std::string_view> strategies{};
  std::vector<std::string_view> phases{};
  // Why a rollout may be stuck. Most of these are reasons of conditions.
  std::vector<std::string_view> causes{};
  std::vector<std::string_view> triggers{};
  std::vector<std::string_view> outcomes{};  // without kOutcomeDeleted

  // Returns the element of `causes` that equals `reason`; kOtherCause if there is none.
  std::string_view CauseOf(std::string_view reason) const;
};

// Returns `words` in the form of ControllerEntry::label_words.
std::vector<LabelWords> LabelWordsOf(const RolloutWords& words);

}  // namespace windlass
