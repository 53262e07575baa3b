// Has a patch failed? What a container of the new image does, and for how long its Pod has not been
// available. Source: P-060, P-062.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/in_place/pod_state.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

// Whether a container that waits for this reason will not get out of it, or not soon.
bool IsFailingReason(std::string_view waiting_reason);

inline constexpr std::string_view kTooManyRestarts = "TooManyRestarts";
inline constexpr std::string_view kPodTimeout = "PodTimeout";
inline constexpr std::string_view kImagePutBack = "ImagePutBack";  // by admission

// Returns true if FailureOf may give this reason.
bool IsFailure(std::string_view reason);

struct PodFailure {
  std::string container;  // empty: the Pod as a whole
  std::string reason;     // why a container waits ("ErrImagePull"), or one of the above
  bool operator==(const PodFailure&) const = default;
};

// What a stand-in is judged by: as if it had been patched when it was made, from nothing.
PodState AsIfPatched(const Pod& stand_in);

// Why the patch that `state` tells of has failed. To be asked of a Pod that is not available and
// not on a lost node. One that is being deleted has not failed, nor one that no node has taken.
//
// What the status told before the kubelet saw the patch is the old image's doing: a Pod that could
// not start is patched first of all, and shows its old reason for a while.
//
// Three restarts since the patch are too many only of a crash loop (P-060): when Ready last
// changed, no more than a quarter of an hour had passed since the patch for each of them, and the
// container had not been running for ten minutes. A Pod that was well since, and crashed now and
// then in weeks, fails by what it does now.
std::optional<PodFailure> FailureOf(const Pod& pod, const PodState& state, seconds pod_timeout,
                                    WallTime now);

// When FailureOf may find what no event tells of; nullopt: it finds it now, or never.
std::optional<WallTime> FailureLookAgain(const Pod& pod, const PodState& state, seconds pod_timeout,
                                         WallTime now);

// Whether a Pod that fails has had its 60 s to recover, since its patch, since it got a node if
// that was later, and since Ready last changed: what was well for hours is not given up for one
// crash (P-062). If it has not, at FailsForLongAt it will.
WallTime FailsForLongAt(const Pod& pod, const PodState& state);
inline bool HasFailedForLong(const Pod& pod, const PodState& state, WallTime now) {
  return FailsForLongAt(pod, state) <= now;
}

}  // namespace windlass::in_place
