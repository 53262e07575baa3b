// The reasons of the condition windlass.dev/InPlace, with the names that users see. Some of these
// reasons are also causes of the metric windlass_rollouts_stuck.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "controller/workload/conditions.h"

namespace windlass::in_place {

using workload::kInPlaceCondition;  // the type of the condition

enum class InPlaceReason : uint8_t {
  kAnnotationNotKept,
  kCommitting,
  kComplete,
  kDraining,
  kFailing,
  kGivenUp,
  kHandedBack,
  kInvalidConfig,
  kMissingRights,
  kNotPossible,
  kPartitioned,
  kPatching,
  kPaused,
  kReverting,
  kStaged,
  kWaitingForBudget,
  kWaitingForPdb,
};

// Returns the name of the constant without its k, such as "GivenUp" for kGivenUp. Exception:
// "WaitingForPDB" for kWaitingForPdb.
std::string_view Name(InPlaceReason reason);

// Returns the reason with this name; nullopt if no reason has this name. The reason of a stored
// condition may be any word, because any client with the right to write the status can set it.
std::optional<InPlaceReason> ParseInPlaceReason(std::string_view name);

}  // namespace windlass::in_place
