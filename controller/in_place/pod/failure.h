// Has a patch failed? Judged by what the containers of the new image do, and by how long the Pod
// has not been available. Source: P-060, P-062.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/in_place/pod/pod_state.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

// Returns true if a container that waits for this reason will not start, or not soon.
bool IsFailingReason(std::string_view waiting_reason);

// Waiting reasons that count as a failure. Those of kNotStarted come before a container exists, so
// the container id need not change. Those of kEnded come after a container has run.
inline constexpr std::string_view kNotStarted[] = {"ErrImagePull",
                                                   "ImagePullBackOff",
                                                   "InvalidImageName",
                                                   "ErrImageNeverPull",
                                                   "ImageInspectError",
                                                   "RegistryUnavailable",
                                                   "SignatureValidationFailed",
                                                   "CreateContainerConfigError",
                                                   "CreateContainerError",
                                                   "RunContainerError"};
inline constexpr std::string_view kEnded[] = {"PostStartHookError", "CrashLoopBackOff"};

inline constexpr std::string_view kTooManyRestarts = "TooManyRestarts";
inline constexpr std::string_view kPodTimeout = "PodTimeout";
inline constexpr std::string_view kImagePutBack = "ImagePutBack";  // by admission

struct PodFailure {
  std::string container;  // empty: the Pod as a whole
  std::string reason;     // one of the words above
  bool operator==(const PodFailure&) const = default;
};

// Returns the state by which a stand-in is judged: as if all its containers had been patched when
// the Pod was created.
PodState AsIfPatched(const Pod& stand_in);

// Returns why the patch in `state` has failed; nullopt if it has not. To be called for a Pod that
// is not available and not on a lost node. A Pod that is being deleted, or has no node, has no
// failure.
//
// A status that the kubelet wrote before it saw the patch is about the old image, and shows no
// failure of the patch. Pods that could not start are patched first, and show their old reason for
// a while.
//
// Three or more restarts since the patch are a failure only if the container was in a crash loop
// when Ready last changed (P-060):
//   - at most 15 min per restart had passed since the patch. Example: 4 restarts within 60 min.
//   - the container had not been running for 10 min
// A Pod that ran well after its patch and crashed a few times over weeks is judged by its present
// state.
std::optional<PodFailure> FailureOf(const Pod& pod, const PodState& state, seconds pod_timeout,
                                    WallTime now);

// Returns when FailureOf may find a failure although no event comes; nullopt if it finds one now or
// never will.
std::optional<WallTime> FailureLookAgain(const Pod& pod, const PodState& state, seconds pod_timeout,
                                         WallTime now);

// Returns when a Pod that fails has had its 60 s to recover. They start at the latest of: its
// patch, the moment it got a node, the last change of Ready. A Pod that was well for hours is not
// given up for one crash (P-062).
WallTime FailsForLongAt(const Pod& pod, const PodState& state);
inline bool HasFailedForLong(const Pod& pod, const PodState& state, WallTime now) {
  return FailsForLongAt(pod, state) <= now;
}

}  // namespace windlass::in_place
