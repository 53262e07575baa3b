#include "controller/in_place/phases/condition_reason.h"

namespace windlass::in_place {

std::string_view Name(InPlaceReason reason) {
  switch (reason) {
    case InPlaceReason::kAnnotationNotKept: return "AnnotationNotKept";
    case InPlaceReason::kCommitting: return "Committing";
    case InPlaceReason::kComplete: return "Complete";
    case InPlaceReason::kDraining: return "Draining";
    case InPlaceReason::kFailing: return "Failing";
    case InPlaceReason::kGivenUp: return workload::kInPlaceGivenUp;
    case InPlaceReason::kHandedBack: return "HandedBack";
    case InPlaceReason::kInvalidConfig: return "InvalidConfig";
    case InPlaceReason::kMissingRights: return "MissingRights";
    case InPlaceReason::kNotPossible: return "NotPossible";
    case InPlaceReason::kPartitioned: return "Partitioned";
    case InPlaceReason::kPatching: return "Patching";
    case InPlaceReason::kPaused: return "Paused";
    case InPlaceReason::kReverting: return "Reverting";
    case InPlaceReason::kStaged: return "Staged";
    case InPlaceReason::kWaitingForBudget: return "WaitingForBudget";
    case InPlaceReason::kWaitingForPdb: return "WaitingForPDB";
  }
  return "unknown";
}

std::optional<InPlaceReason> ParseInPlaceReason(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(InPlaceReason::kWaitingForPdb); ++i) {
    const auto reason = static_cast<InPlaceReason>(i);
    if (Name(reason) == name) return reason;
  }
  return std::nullopt;
}

}  // namespace windlass::in_place
