// The words of a Rollout's status: its phases, and the reasons of its conditions.
#pragma once

#include <string_view>

namespace windlass::rollout {

// Phases. All but Stalled are also reasons of Ready.
inline constexpr std::string_view kAborted = "Aborted";
inline constexpr std::string_view kStalledPhase = "Stalled";
inline constexpr std::string_view kPaused = "Paused";
inline constexpr std::string_view kProgressingPhase = "Progressing";
inline constexpr std::string_view kRolledBack = "RolledBack";
inline constexpr std::string_view kHealthy = "Healthy";

// Reasons of Ready. PodsUnavailable and TemplateNotChecked are also reasons of Reconciling;
// NothingToAbortTo and InvalidTemplate are also reasons of Stalled.
inline constexpr std::string_view kPodsUnavailable = "PodsUnavailable";
// The API server did not return the defaults of the template. As the reason of an Event, it can
// also mean that the API server did not check the template in the dry run of a Pod.
inline constexpr std::string_view kTemplateNotChecked = "TemplateNotChecked";
inline constexpr std::string_view kNothingToAbortTo = "NothingToAbortTo";
// The API server refuses the template. This is a reason of Ready, Stalled and Progressing, and of
// the Warning Event.
inline constexpr std::string_view kInvalidTemplate = "InvalidTemplate";

// The text about spec.rollbackTo while spec.paused is true (RO-152).
inline constexpr std::string_view kRollbackWaits =
    "spec.rollbackTo waits until spec.paused is false";

// The reason of Progressing in these cases:
//   - the rollout is at a pause of spec.strategy.steps, or has reached spec.strategy.partition
//   - the rollout cannot leave a step, because the Rollout was scaled down to one replica, which
//     keeps the old revision (StepState::no_canary, steps.h)
inline constexpr std::string_view kPausedAtStep = "RolloutPausedAtStep";

// The type of the condition that names the Pod which holds up the rollout, or the ReplicaSet that
// cannot create Pods. The reason of the condition says why. The condition is True or absent.
inline constexpr std::string_view kPodsStuck = "PodsStuck";

// The type of the condition about the Services of spec.strategy.services. Absent if
//   - the Rollout names no Service, and no Service has a selector key that Windlass set for it
//   - the Rollout is new, and the first list of Services has not arrived, or its new ReplicaSet is
//     not known yet
//   - spec.strategy.services has been wrong from the beginning
inline constexpr std::string_view kServicesSynced = "ServicesSynced";

}  // namespace windlass::rollout
