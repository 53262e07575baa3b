// Decides whether a patch has failed, by what the containers of the new image do, by how long the
// Pod has not been available, and by whether admission put the old image back. Source: P-060,
// P-062.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/in_place/pod/pod_state.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

// Returns true if a container with this waiting reason will not start, or not soon.
bool IsFailingReason(std::string_view waiting_reason);

// Reasons why a Pod has failed, besides the waiting reasons in waiting_reasons.h.
inline constexpr std::string_view kTooManyRestarts = "TooManyRestarts";
inline constexpr std::string_view kPodTimeout = "PodTimeout";
inline constexpr std::string_view kImagePutBack = "ImagePutBack";  // by admission

struct PodFailure {
  std::string container;  // empty: the Pod as a whole
  std::string reason;     // one of the words above, or of waiting_reasons.h
  bool operator==(const PodFailure&) const = default;
};

// Returns `failure` as a sentence for users, with the reason at the end and without a full stop.
// `pod` is what the sentence calls the Pod: "pod web-1" or "this Pod". Examples:
//   - "container app of pod web-1 does not run (ErrImagePull)"
//   - "pod web-1 has been unavailable for more than 600 s (PodTimeout)", where 600 s is
//     `pod_timeout`
std::string TextOf(const PodFailure& failure, const std::string& pod, seconds pod_timeout);

// Returns the state with which FailureOf judges a stand-in: as if all containers of the stand-in
// had been patched when it was created.
PodState AsIfPatched(const Pod& stand_in);

// Returns why the patch in `state` has failed; nullopt if it has not. Returns nullopt also for a
// Pod that is being deleted or has no node. Call it only for a Pod that is not available and not on
// a lost node. `pod_timeout` is how long the Pod may stay unavailable after the last of these
// events:
//   - the Pod was patched
//   - the Pod got a node
//   - its kubelet began to carry out the patch (KubeletBegins)
//   - Ready changed
//   - ContainersReady changed, if Windlass drains the Pod
// The time for which Windlass drains a Pod whose containers are ready does not count.
//
// A status from before the kubelet saw the patch is about the old image, and shows no failure of
// the patch. Example: a Pod that could not start is patched, and shows the old waiting reason for a
// while.
//
// If no container was created since the patch, a container that waits as after a crash
// (waiting::kEnded) counts only if ContainersReady became false after the kubelet began to
// carry out the patch. The kubelet then waits because it failed to start this image in this Pod.
// Otherwise the reason may be about the old container, for as long as the kubelet pulls the new
// image.
//
// Three or more restarts since the patch are a failure only if the container was in a crash loop
// when Ready or ContainersReady last changed (P-060). A few restarts spread over weeks are no
// failure. A container is in a crash loop if both of these hold:
//   - at most 15 min per restart had passed since the patch. Example: 4 restarts within 60 min.
//   - the container had not yet run for 10 min without a restart
//
// A container that was resized and has been restarted since fails if it is in a crash loop, for
// example because it gets too little memory now.
std::optional<PodFailure> FailureOf(const Pod& pod, const PodState& state, seconds pod_timeout,
                                    WallTime now);

// Returns the time at which FailureOf may find a failure without an event. Returns nullopt if
// FailureOf finds a failure now, or can find one only after an event.
std::optional<WallTime> FailureLookAgain(const Pod& pod, const PodState& state, seconds pod_timeout,
                                         WallTime now);

// How long a failing Pod has to recover (P-062).
inline constexpr seconds kFailsForLong{60};
// The longest time that a kubelet waits before it pulls an image, or starts a container, again.
inline constexpr seconds kLongestBackOff{300};

// Returns the end of the time that a failing Pod has to recover. This time starts at the last of
// five events: the Pod was patched, it got a node, its kubelet began to carry out the patch
// (KubeletBegins), Ready changed, ContainersReady changed. So a Pod that was well for hours is not
// given up at once after a crash, not even if a readiness gate kept Ready false all the time
// (P-062).
//
// While the kubelet may still wait after a try of an earlier patch, and so may not have tried this
// one, the time is longer by the kubelet's longest wait of 5 min. Otherwise a revision that is
// tried again would be given up before the kubelet has looked for its image. When the kubelet
// tries, and fails, the waiting reason tells, and the time is the ordinary one.
WallTime FailsForLongAt(const Pod& pod, const PodState& state);
inline bool HasFailedForLong(const Pod& pod, const PodState& state, WallTime now) {
  return FailsForLongAt(pod, state) <= now;
}

}  // namespace windlass::in_place
