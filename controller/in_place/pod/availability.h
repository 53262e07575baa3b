// Decides which Pods count as available. The Ready condition alone is no proof: a Pod stays Ready
// while its containers are restarted in place (P-086). Source: P-050.
#pragma once

#include <optional>

#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/pod_state.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

// Returns true if the Pod is in flight, that is, counts as taken down by Windlass. One of these
// then holds:
//   - the kubelet has not carried out our last patch yet, even one to an older target
//   - the Pod is drained, that is, kept out of traffic from before its patch until after the
//     restart
//   - our resize restarts a container, and is not carried out yet (RestartsByResize). A resize
//     without a restart takes nothing down (P-103)
//   - admission undid our last patch (RevisionBasis::kPutBack). The Pod is up, but counts as down
//     because the patch must be sent again
//
// `state` is the state of the Pod's last patch; null if the Pod has no state, or none that counts
// for the caller (RolloutPod::our_state).
bool IsInFlight(const Pod& pod, const PodState* state, WallTime now);

// Returns the time from which the Pod is available if nothing more happens to it:
//   - nullopt if the Pod is being deleted, not running, not Ready or in flight
//   - WallTime{}, which is always in the past, if minReadySeconds is 0
//   - otherwise nullopt if the status does not say when Ready last changed
//   - otherwise minReadySeconds after Ready last changed, or after the last start of a patched
//     container, whichever is later. Ready need not change during a restart in place (P-050).
std::optional<WallTime> AvailableFrom(const Pod& pod, const PodState* state,
                                      int32_t min_ready_seconds, WallTime now);

// Like AvailableFrom, but returns a time even if the Pod is in flight. Call this for a Pod that
// counts as restarted, although `state` does not show the restart.
std::optional<WallTime> AvailableOnceRestarted(const Pod& pod, const PodState* state,
                                               int32_t min_ready_seconds);

inline bool IsAvailable(const Pod& pod, const PodState* state, int32_t min_ready_seconds,
                        WallTime now) {
  const auto from = AvailableFrom(pod, state, min_ready_seconds, now);
  return from && *from <= now;
}

}  // namespace windlass::in_place
