// Which Pod keeps a rollout from getting on, and why: judged by one list of the Pods that are not
// ready (RO-141).
//
//   reason            what holds                                              told
//   ImagePullBackOff  the kubelet does not get the image; likewise the        always
//                     other words for it
//   CreateContainer…  the container cannot be made: a ConfigMap is missing    always
//   CrashLoopBackOff  the container ends again and again                      always
//   Unschedulable     no node has room                                        at a pause, and
//   NotReady          anything else: the image is still pulled, a readiness   after the deadline
//                     probe does not succeed
//
// The last two end by themselves in rollouts that are only slow.
//
// The words are the same from list to list while the Pod is stuck for the same kind of reason: no
// restart counter, no time, and no switching between ErrImagePull and ImagePullBackOff.
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
  kMoving,    // it may still get on by itself
  kAtPause,   // at a pause whose Pods were available and are not any more
  kTimedOut,  // its deadline has passed
};

// Ordered: if equally many Pods have two kinds, the first kind is reported.
enum class StuckKind : uint8_t { kImage, kConfig, kCrash, kUnschedulable, kNotReady };

struct StuckPod {
  std::string pod{};  // its name
  StuckKind kind = StuckKind::kNotReady;
  std::string reason{};   // one word of a closed set, or the kubelet's word for it
  std::string message{};  // "Pod web-7c9-x2k: container app: ImagePullBackOff: Back-off pulling …"
  bool operator==(const StuckPod&) const = default;
};

// Returns what to tell of `pods`, those of ReplicaSet `of` that are not ready:
//   1. `told`, word for word, if that Pod is still stuck for the same kind of reason
//   2. else a Pod whose message is exactly `shown`, which an earlier process may have reported
//   3. else the Pod whose name is first among those of the most frequent kind
// Returns nullopt if no Pod is stuck.
std::optional<StuckPod> FindStuckPod(std::span<const UnreadyPod> pods, const Uid& of,
                                     StuckMoment moment, const std::optional<StuckPod>& told,
                                     std::string_view shown);

// Returns `words` as one line of at most 200 bytes, cut between two characters.
std::string InOneLine(std::string_view words);

}  // namespace windlass::rollout
