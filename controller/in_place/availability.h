// Which Pods can be counted on. The API server's own counts cannot: a Pod stays Ready while its
// containers are restarted in place (P-086). Source: P-050.
#pragma once

#include <optional>

#include "controller/in_place/completion.h"
#include "controller/in_place/pod_state.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

// Whether a patch of ours is not carried out yet, whatever its target: a Pod that restarts for the
// sake of an older one is down as well. So is one that is drained, before its patch and until it
// takes traffic again. `state` is null where the annotation is absent or not ours,
// here and below.
bool IsInFlight(const Pod& pod, const PodState* state, WallTime now);

// From when on the Pod is available if nothing more happens: WallTime{} for "since ever", nullopt
// for a Pod that is being deleted, not Ready, or in flight. minReadySeconds count from the last
// start of a patched container, because Ready need not have moved (P-050).
std::optional<WallTime> AvailableFrom(const Pod& pod, const PodState* state,
                                      int32_t min_ready_seconds, WallTime now);

inline bool IsAvailable(const Pod& pod, const PodState* state, int32_t min_ready_seconds,
                        WallTime now) {
  const auto from = AvailableFrom(pod, state, min_ready_seconds, now);
  return from && *from <= now;
}

}  // namespace windlass::in_place
