#include "controller/in_place/pod/availability.h"

#include <algorithm>

#include "controller/count/pod_available.h"
#include "controller/in_place/pod/resize.h"

namespace windlass::in_place {

bool IsInFlight(const Pod& pod, const PodState* state, WallTime now) {
  if (state == nullptr) return false;
  return state->drain.has_value() || RestartsByResize(pod, *state) ||
         !CompletionOf(pod, *state, now).complete;
}

std::optional<WallTime> AvailableFrom(const Pod& pod, const PodState* state,
                                      int32_t min_ready_seconds, WallTime now) {
  if (IsInFlight(pod, state, now)) return std::nullopt;
  return AvailableOnceRestarted(pod, state, min_ready_seconds);
}

std::optional<WallTime> AvailableOnceRestarted(const Pod& pod, const PodState* state,
                                               int32_t min_ready_seconds) {
  if (pod.meta.deleting() || pod.phase != PodPhase::kRunning || !pod.ready.IsTrue()) {
    return std::nullopt;
  }
  WallTime since = pod.ready.last_transition_time();
  if (state != nullptr && !since.IsZero()) {
    for (const ContainerPatch& patch : state->containers) {
      const PodContainer* live = pod.Find(patch.name);
      if (live != nullptr) since = std::max(since, live->started_at);
    }
    for (const ContainerResize& resize : state->resizes) {
      const PodContainer* live = resize.restarts ? pod.Find(resize.name) : nullptr;
      if (live != nullptr) since = std::max(since, live->started_at);
    }
  }
  return PodAvailableFrom(since, min_ready_seconds);
}

}  // namespace windlass::in_place
