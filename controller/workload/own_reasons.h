// The reasons of condition ReplicaFailure that are Windlass's own. All others are copied from a
// ReplicaSet, and are about Pods.
#pragma once

#include <string_view>

namespace windlass::workload {

// The API server refuses a write (refused_write.h).
inline constexpr std::string_view kUpdateRefused = "ReplicaSetUpdateRefused";
// Windlass has no room in memory (no_cache_room.h). Also the reason of the Event.
inline constexpr std::string_view kLeftOutReason = "WindlassOutOfMemory";
// Annotations of the workload are left out of its ReplicaSet (copied_annotations.h). No rollout
// waits for these annotations.
inline constexpr std::string_view kNotCopied = "AnnotationsNotCopied";

// Returns true if Windlass cannot go on: `reason` is kUpdateRefused or kLeftOutReason.
constexpr bool HoldsUp(std::string_view reason) {
  return reason == kUpdateRefused || reason == kLeftOutReason;
}

}  // namespace windlass::workload
