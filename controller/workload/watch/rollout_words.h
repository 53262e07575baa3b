// The label values that one kind of workloads adds to the metrics of rollouts.
#pragma once

#include <string_view>
#include <vector>

#include "controller/runtime/metric.h"

namespace windlass {

// The value of the label `cause` for a rollout that is stuck for a cause which is not in
// RolloutWords::causes.
inline constexpr std::string_view kOtherCause = "Other";

// Values of the labels `kind`, `strategy` and `cause`. All of them are string literals.
struct RolloutWords {
  std::string_view kind;
  std::vector<std::string_view> strategies{};
  // Why a rollout may be stuck. Most of these are reasons of conditions.
  std::vector<std::string_view> causes{};

  // Returns the element of `causes` that equals `reason`; kOtherCause if there is none.
  std::string_view CauseOf(std::string_view reason) const;
};

// Returns `words` in the form of ControllerEntry::label_words.
std::vector<LabelWords> LabelWordsOf(const RolloutWords& words);

}  // namespace windlass
