// Converts spec.strategy of a Rollout to what the planner and updates in place need.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "controller/api/rollout.h"
#include "controller/workload/workload_kind.h"

namespace windlass::rollout {

inline constexpr std::string_view kLimitsField = "spec.strategy.rollingUpdate";

// Return maxSurge and maxUnavailable, or 25 % if the Rollout has no spec.strategy.rollingUpdate:
// the schema has defaults for the fields of that object, but none for the object itself (RO-070).
// The results are valid while `spec` is.
const std::optional<IntOrPercent>& MaxSurge(const RolloutSpec& spec);
const std::optional<IntOrPercent>& MaxUnavailable(const RolloutSpec& spec);

// Sets strategy and limits of `workload`, and strategy_error if the strategy cannot be carried out
// (RO-071, RO-072). With an error, limits other than `desired` may be unset.
//   - For the types InPlaceIfPossible and InPlaceOnly, the strategy is RollingUpdate: whenever
//     Windlass replaces Pods of such a Rollout, it does so in this way. InPlaceSettings returns the
//     other settings of these types.
//   - A partition limits the Pods of the new revision. A percentage rounds up, so that at least as
//     many Pods as asked for keep the old revision. Example: 25 % of 10 replicas is 2.5, so 3 Pods
//     stay old, and updated_max is 7.
//   - Exception: below 100 %, at least one of two or more Pods is updated. Example: 75 % of 3
//     replicas is 2.25, which rounds up to 3. To update one Pod, only 2 Pods stay old.
void ResolveStrategy(const RolloutSpec& spec, Workload& workload);

// Returns the settings of updates in place, under the keys that all kinds use. Returns no settings
// for the types RollingUpdate and Recreate (RO-073). Borrows from `strategy`.
std::vector<Setting> InPlaceSettings(const RolloutStrategy& strategy);

// Returns the field that has the setting `key`. Example: "spec.strategy.inPlace.surge" (RO-073).
SettingPlace PlaceOf(std::string_view key);

// Returns how the value `word` is written in the field that PlaceOf returns. Example: "InPlaceOnly"
// for "Only" (RO-073).
std::string_view WordOf(std::string_view key, std::string_view word);

}  // namespace windlass::rollout
