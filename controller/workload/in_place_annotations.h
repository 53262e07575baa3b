// The annotations of updates in place that other parts of Windlass read, too: the settings of a
// workload, and the state on a Pod. Like the annotations in annotations.h, they are API contract.
//
// Kinds whose settings are fields name these settings by the same keys (Setting::key of
// workload.h).
#pragma once

#include <string_view>

namespace windlass::in_place {

// The settings, which controller/in_place/template/options.h reads.
inline constexpr std::string_view kInPlaceKey = "windlass.dev/in-place";
inline constexpr std::string_view kMaxUnavailable = "windlass.dev/in-place-max-unavailable";
inline constexpr std::string_view kSurge = "windlass.dev/in-place-surge";
inline constexpr std::string_view kPartition = "windlass.dev/in-place-partition";
inline constexpr std::string_view kCanaryFirst = "windlass.dev/in-place-canary-first";
inline constexpr std::string_view kDrain = "windlass.dev/in-place-drain";
inline constexpr std::string_view kDrainSeconds = "windlass.dev/in-place-drain-seconds";
inline constexpr std::string_view kOnFailure = "windlass.dev/in-place-on-failure";
inline constexpr std::string_view kPdb = "windlass.dev/in-place-pdb";
inline constexpr std::string_view kUnblock = "windlass.dev/in-place-unblock";

// On a Pod, as JSON: what its last patch did, and its drain, which begins before the patch
// (controller/in_place/pod/pod_state.h).
inline constexpr std::string_view kPodState = "windlass.dev/in-place-state";

}  // namespace windlass::in_place
