// The annotations of updates in place that other parts of Windlass read, too: the settings of a
// workload, and the state on a Pod. Their names and formats must not change, because other programs
// depend on them.
//
// A Rollout has fields instead of annotations for these settings. A Workload that is made from a
// Rollout shows these fields under the keys of the annotations (Setting::key of workload.h).
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
inline constexpr std::string_view kResources = "windlass.dev/in-place-resources";
inline constexpr std::string_view kUnblock = "windlass.dev/in-place-unblock";

// On a Pod, as JSON: what the last patch of the Pod did, and how Windlass took the Pod out of
// traffic before the patch (controller/in_place/pod/pod_state.h).
inline constexpr std::string_view kPodState = "windlass.dev/in-place-state";

}  // namespace windlass::in_place
