// Finds the Pod that holds up a rollout, and the reason, in one list of the Pods that are not ready
// (RO-141).
//
//   reason            what is wrong                                           reported
//   ImagePullBackOff  the kubelet cannot get the image; some other reasons    always
//                     of the kubelet mean the same, such as ErrImagePull
//   CreateContainer…  the container cannot be made, for example without its   always
//                     ConfigMap
//   CrashLoopBackOff  the container ends again and again                      always
//   ContainerEnded    the container has ended, and restarted at most once     late
//   Unschedulable     no node takes the Pod, for example for lack of room     late
//   NotReady          anything else: the image is still pulled, a readiness   late
//                     probe does not succeed, an init container still runs
//
// "late": at a pause that lacks available Pods, and once the progress deadline has passed. In a
// rollout that is only slow, these reasons end by themselves, so they are not reported earlier.
//
// While the Pod is stuck for the same kind of reason, the message is the same from list to list: it
// has no restart counter and no time, and does not switch between ErrImagePull and
// ImagePullBackOff.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/unready_pods.h"

namespace windlass::rollout {

// When a rollout is judged.
enum class StuckMoment : uint8_t {
  kMoving,    // the rollout may still go on by itself
  kAtPause,   // at a pause that lacks available Pods
  kTimedOut,  // the progress deadline has passed
};

// Ordered: if two kinds have equally many Pods, the first kind is reported.
enum class StuckKind : uint8_t { kImage, kConfig, kCrash, kUnschedulable, kNotReady };

struct StuckPod {
  std::string pod{};  // its name
  StuckKind kind = StuckKind::kNotReady;
  std::string reason{};  // as in the table, or the kubelet's own word for it
  // "Pod web-7c9-x2k: container app does not start: Back-off pulling … (ImagePullBackOff)"
  std::string message{};
  bool operator==(const StuckPod&) const = default;
};

// Returns the stuck Pod to report. `pods` are Pods that are not ready; only those of the ReplicaSet
// with the uid `of` count. The result is the first of these that exists:
//   1. `told`, unchanged, if its Pod is still stuck for the same kind of reason
//   2. a Pod whose message is exactly `shown`, the message of the stored condition: an earlier
//      process may have reported this Pod
//   3. of the Pods of the most frequent kind, the Pod whose name comes first in the alphabet
// Returns nullopt if no Pod is stuck.
std::optional<StuckPod> FindStuckPod(std::span<const UnreadyPod> pods, const Uid& of,
                                     StuckMoment moment, const std::optional<StuckPod>& told,
                                     std::string_view shown);

// Returns `words` as one line. If they have more than 200 bytes, cuts them between two characters
// and adds "…".
std::string InOneLine(std::string_view words);

}  // namespace windlass::rollout
