// The reasons that Windlass itself gives to a workload's condition ReplicaFailure. All other
// reasons of this condition are about Pods, for example "FailedCreate". Windlass copies them from
// the condition ReplicaFailure of a ReplicaSet.
#pragma once

#include <string_view>

namespace windlass::workload {

// The API server refuses a write of Windlass (refused_write.h).
inline constexpr std::string_view kUpdateRefused = "ReplicaSetUpdateRefused";
// The API server accepts the size that Windlass writes to a ReplicaSet, but stores another size,
// for example because of a mutating admission policy (WhyNotKept of refused_write.h).
inline constexpr std::string_view kReplicaSetNotKept = "ReplicaSetNotKept";
// Windlass has no room in memory for an object. The Event about this has the same reason.
// Conditions with this reason, and their objects:
//   - ReplicaFailure: the workload or one of its ReplicaSets (no_cache_room.h)
//   - ServicesSynced of a Rollout: a Service that the Rollout names
//   - Ready and Reconciling of a ReplicationControllerUpdate: that object itself, its
//     ReplicationControllers and Pods
inline constexpr std::string_view kLeftOutReason = "WindlassOutOfMemory";
// The new ReplicaSet has no room for some annotations of the workload (copied_annotations.h). The
// rollout goes on without these annotations.
inline constexpr std::string_view kNotCopied = "AnnotationsNotCopied";

// Returns true if `reason` says that Windlass cannot go on with the workload: kUpdateRefused,
// kReplicaSetNotKept or kLeftOutReason.
constexpr bool HoldsUp(std::string_view reason) {
  return reason == kUpdateRefused || reason == kReplicaSetNotKept || reason == kLeftOutReason;
}

}  // namespace windlass::workload
