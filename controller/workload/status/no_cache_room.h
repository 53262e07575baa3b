// Workloads for which there is no room in the caches.
#pragma once

#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/workload/status/own_reasons.h"
#include "controller/workload/view.h"

namespace windlass::workload {

// Returns the Event that reports a workload for which there is no room. Every sync can return the
// Event, because Windlass sends it at most once in ten minutes.
Event LeftOutEvent(std::string message);

// If there is no room for the workload or for one of its ReplicaSets, returns the step that reports
// this in the condition ReplicaFailure and in an Event. The planner must then decide nothing else,
// because the view shows an object without its large parts.
//   - The status does not observe a new generation, because Windlass does not carry out the change.
//     So "kubectl rollout status" waits.
//   - The status has new counters, so that it does not count Pods that are gone.
// Returns nullopt if the view shows all objects whole.
std::optional<Step> RefuseLeftOut(const View& view, const Learned& learned, WallTime now);

}  // namespace windlass::workload
