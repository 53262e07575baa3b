// The words of a Rollout's status that more than one part of the kind uses.
#pragma once

#include <string_view>

namespace windlass::rollout {

// Phases. Most are also the reason of Ready.
inline constexpr std::string_view kAborted = "Aborted";
inline constexpr std::string_view kStalledPhase = "Stalled";
inline constexpr std::string_view kPaused = "Paused";
inline constexpr std::string_view kProgressingPhase = "Progressing";
inline constexpr std::string_view kRolledBack = "RolledBack";
inline constexpr std::string_view kHealthy = "Healthy";

// Reasons of Ready. NothingToAbortTo and InvalidTemplate are also reasons of Stalled; the other two
// are also reasons of Reconciling.
inline constexpr std::string_view kPodsUnavailable = "PodsUnavailable";
// The API server did not return the defaults of the template. Also the reason of Events, which can
// also say that the API server did not check the template.
inline constexpr std::string_view kTemplateNotChecked = "TemplateNotChecked";
inline constexpr std::string_view kNothingToAbortTo = "NothingToAbortTo";
// The API server refuses the template. Also the reason of Progressing and of the Event.
inline constexpr std::string_view kInvalidTemplate = "InvalidTemplate";

// The text about spec.rollbackTo while spec.paused is true (RO-152).
inline constexpr std::string_view kRollbackWaits =
    "spec.rollbackTo waits until spec.paused is false";

// The reason of Progressing at a pause among spec.strategy.steps, and when the rollout has reached
// spec.strategy.partition.
inline constexpr std::string_view kPausedAtStep = "RolloutPausedAtStep";

// The type of the condition that names the Pod which holds up the rollout, or the ReplicaSet that
// cannot create Pods; the condition's reason says why. The condition is True or absent.
inline constexpr std::string_view kPodsStuck = "PodsStuck";

// The type of the condition about the Services of spec.strategy.services. Absent if the Rollout
// names no Service and has left its key on none.
inline constexpr std::string_view kServicesSynced = "ServicesSynced";

}  // namespace windlass::rollout
